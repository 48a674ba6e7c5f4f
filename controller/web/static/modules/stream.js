// Server-sent events, read by hand: EventSource hides the heartbeats, and without them a line that died silently would
// look like a quiet fleet.
import { ask } from "./asking.js";

const SILENCE = 40_000; // the daemon says something every 15 s

/**
 * Follow the stream until it ends or breaks, which raises. `last` is the id of the last message that was read;
 * `hear(event)` gets {type, id, data}, or null for a sign of life.
 */
export async function follow(version, last, signal, hear) {
  const silence = new AbortController();
  const headers = { accept: "text/event-stream", ...(last ? { "last-event-id": last } : {}) };
  const given = { headers, cache: "no-store", raw: true, signal: AbortSignal.any([signal, silence.signal]) };
  const answer = await ask(`/stream?after=${version}`, given);
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let timer = setTimeout(() => silence.abort(), SILENCE);
  let rest = "";
  hear(null);
  try {
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      clearTimeout(timer);
      timer = setTimeout(() => silence.abort(), SILENCE);
      const blocks = (rest + value).split("\n\n");
      rest = blocks.pop();
      blocks.map(message).forEach(hear);
    }
  } finally {
    clearTimeout(timer);
  }
}

/** A block of the stream as {type, id, data}; null for a comment. */
function message(block) {
  const fields = {};
  for (const line of block.split("\n")) {
    const colon = line.indexOf(":");
    if (colon > 0) fields[line.slice(0, colon)] = line.slice(colon + 1).trimStart();
  }
  return fields.data ? { type: fields.event, id: fields.id, data: JSON.parse(fields.data) } : null;
}
