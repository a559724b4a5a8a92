// Verständlich machen: choose a level, send the shown text, decide about the proposal.

import type { Answer, Api } from "./api.ts";
import { fill, h } from "./dom.ts";
import type { MailHost, Passage } from "./host.ts";
import { button } from "./notice.ts";
import type { PassagePicker } from "./passage.ts";
import { blockNotice } from "./policy_view.ts";
import { RewriteResult } from "./result.ts";
import { Run } from "./run.ts";

const LEVELS: [value: string, name: string, hint: string][] = [
  ["buergernah", "Bürgernah", "klar und höflich, für Briefe und Mails an alle"],
  ["einfach", "Einfache Sprache", "kurze Sätze und geläufige Wörter, für Menschen mit wenig Übung im Lesen"],
];

export class RewriteView {
  readonly element = h("div", {});
  readonly #host: MailHost;
  readonly #picker: PassagePicker;
  readonly #run: Run;
  readonly #result = h("div", {});
  readonly #levels: HTMLElement & { value: string };
  readonly #start: HTMLElement;

  constructor(api: Api, host: MailHost, picker: PassagePicker) {
    this.#host = host;
    this.#picker = picker;
    this.#run = new Run(api);
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
    this.#start = button("Verständlich machen", () => void this.start(), { primary: true, id: "rewrite-start" });
    fill(
      this.element,
      h("h2", { id: "level-title" }, "Wie soll der Text werden?"),
      this.#levels,
      h("div", { class: "row" }, this.#start),
      this.#run.element,
      this.#result,
    );
  }

  async start(): Promise<void> {
    const passage = await this.#picker.take();
    if (passage === null) return;
    fill(this.#result);
    await this.#run.start(
      "rewrite",
      { text: passage.text, level: this.#levels.value || "buergernah" },
      {
        answer: (answer) => this.#show(passage, answer),
        stopped: () => this.#start.focus(),
        blocked: (screening) => {
          const message = blockNotice(screening);
          fill(this.#result, message);
          message.tabIndex = -1;
          message.focus();
        },
      },
      () => void this.start(),
    );
  }

  #show(passage: Passage, answer: Answer): void {
    const result = new RewriteResult(this.#host, passage, answer, () => {
      fill(this.#result);
      this.#start.focus();
    });
    fill(this.#result, result.element);
    result.focus();
  }
}
