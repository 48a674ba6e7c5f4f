// Requests to the API, and their failures in words.

export const TOKEN = "trueup-token";
const BASE = "/api/v1";

/** What the daemon refused, or that it did not answer (`status` 0). `code` is the API's word for why, where it has one. */
export class Refused extends Error {
  constructor(status, message, code = null) {
    super(message);
    this.status = status;
    this.code = code;
  }

  /** Whether Git was not read yet since the daemon started: what was asked for may be there. */
  get unread() {
    return this.code === "not-read-yet";
  }

  /** Whether a commit took away the manifest of the service that was asked for. */
  get left() {
    return this.code === "left-git";
  }
}

/** An answer of the API. Raises `Refused`. */
export async function ask(path, given = {}) {
  let answer;
  try {
    answer = await fetch(BASE + path, given);
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Refused(0, "Trueup does not answer. Is the daemon running, and can this browser reach it?");
  }
  if (!answer.ok) throw await refusal(answer);
  return given.raw ? answer : answer.json();
}

/** Order something, with the token where one is needed. Raises `Refused`. */
export function order(path, token, body) {
  const headers = { "content-type": "application/json", ...(token ? { authorization: `Bearer ${token}` } : {}) };
  return ask(path, { method: "POST", headers, body: JSON.stringify(body) });
}

/** The path of a service in the API and, with another start, on the page. */
export function servicePath(environment, name) {
  return `/services/${encodeURIComponent(environment)}/${encodeURIComponent(name)}`;
}

async function refusal(answer) {
  try {
    const { detail, code } = await answer.json();
    if (typeof detail === "string") return new Refused(answer.status, detail, code);
  } catch {
    // Whatever stands between may answer with a page of its own: that is not for reading here.
  }
  return new Refused(answer.status, `The daemon answered ${answer.status}${answer.statusText ? ` ${answer.statusText}` : ""}.`);
}
