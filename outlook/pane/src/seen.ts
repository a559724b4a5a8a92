// What a person has to have seen before a new text may be used: one line each, to be ticked.

import type { ToSee } from "./api.ts";
import { fill, h, newId } from "./dom.ts";

export class SeenList {
  readonly element = h("section", { class: "card ledger", "aria-label": "Vor dem Verwenden ansehen" });
  readonly #open = new Set<string>();

  constructor(list: readonly ToSee[], onSeen: () => void) {
    this.element.hidden = list.length === 0;
    fill(
      this.element,
      h("h3", {}, "Vor dem Verwenden ansehen"),
      h("p", { class: "hint" }, "Diese Angaben stehen nicht so in Ihrem Text. Bitte sehen Sie jede an und haken Sie sie ab."),
      h(
        "ul",
        { class: "plain" },
        ...list.map((one) => {
          const id = newId("seen");
          this.#open.add(id);
          const box = h("fluent-checkbox", { id, "aria-label": `Gesehen: ${one.message}` }) as HTMLElement & { checked: boolean };
          box.addEventListener("change", () => {
            if (box.checked) this.#open.delete(id);
            else this.#open.add(id);
            onSeen();
          });
          return h("li", { class: "fact added" }, h("p", {}, one.message), h("span", { class: "tick" }, box, h("label", { for: id }, "Gesehen")));
        }),
      ),
    );
  }

  /** How many nobody has ticked yet. */
  get unseen(): number {
    return this.#open.size;
  }
}
