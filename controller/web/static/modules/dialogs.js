// A dialog of the browser's own: it keeps the focus in, Escape closes it, and the focus goes back to where it was.
import { h, icon } from "./dom.js";

/** Open a dialog with a title. Returns the element; it is gone once it is closed. */
export function open(title, ...content) {
  const close = h("button", { type: "button", class: "plain", "aria-label": "Close", onclick: () => dialog.close() }, icon("close"));
  const name = `dialog-${Date.now()}`;
  const head = h("div", { class: "dialog-head" }, h("h2", { id: name }, title), close);
  const dialog = h("dialog", { "aria-labelledby": name }, head, ...content);
  const before = document.activeElement;
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close()); // beside it
  dialog.addEventListener("close", () => {
    dialog.remove();
    before?.focus?.({ preventScroll: true });
  });
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}
