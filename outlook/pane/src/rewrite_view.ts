// Verständlich machen: choose a level, send the shown text, decide about the proposal.

import type { Api } from "./api.ts";
import { fill, h } from "./dom.ts";
import type { MailHost } from "./host.ts";
import { button } from "./notice.ts";
import type { PassagePicker } from "./passage.ts";
import { RewriteResult } from "./result.ts";
import { Work } from "./work.ts";

const LEVELS: [value: string, name: string, hint: string][] = [
  ["buergernah", "Bürgernah", "klar und höflich, für Briefe und Mails an alle"],
  ["einfach", "Einfache Sprache", "kurze Sätze und geläufige Wörter, für Menschen mit wenig Übung im Lesen"],
];

export class RewriteView {
  readonly element = h("div", {});
  readonly #host: MailHost;
  readonly #picker: PassagePicker;
  readonly #work: Work;
  readonly #levels: HTMLElement & { value: string };

  constructor(api: Api, host: MailHost, picker: PassagePicker) {
    this.#host = host;
    this.#picker = picker;
    this.#levels = h(
      "fluent-radio-group",
      { "aria-labelledby": "level-title", name: "level", orientation: "vertical", value: "buergernah" },
      ...LEVELS.map(([value, name, hint]) =>
        h(
          "div",
          { class: "level" },
          h("fluent-radio", { id: `level-${value}`, value, "aria-describedby": `level-${value}-hint` }),
          h("div", {}, h("label", { for: `level-${value}` }, name), h("p", { class: "hint", id: `level-${value}-hint` }, hint)),
        ),
      ),
    ) as HTMLElement & { value: string };
    const start = button("Verständlich machen", () => void this.start(), { primary: true, id: "rewrite-start" });
    this.#work = new Work(api, start);
    fill(
      this.element,
      h("h2", { id: "level-title" }, "Wie soll der Text werden?"),
      this.#levels,
      h("div", { class: "row" }, start),
      this.#work.element,
    );
  }

  async start(): Promise<void> {
    const passage = await this.#picker.take();
    if (passage === null) return;
    await this.#work.start({
      path: "rewrite",
      body: { text: passage.text, level: this.#levels.value || "buergernah" },
      result: (answer, discard) => new RewriteResult(this.#host, passage, answer, discard),
      retry: () => void this.start(),
    });
  }
}
