// Runs one streamed task: shows progress and the growing text, lets the person stop it, and turns the end into a result.

import { Stopped, type Admission, type Answer, type Api, type Screening } from "./api.ts";
import { fill, h } from "./dom.ts";
import { announce, button, notice, refusal, troubleNotice } from "./notice.ts";

export interface Outcome {
  answer: (answer: Answer) => void;
  blocked: (screening: Screening) => void;
  stopped: () => void;
}

export class Run {
  readonly element = h("div", { class: "run" });
  readonly #api: Api;
  #abort: AbortController | null = null;

  constructor(api: Api) {
    this.#api = api;
  }

  get busy(): boolean {
    return this.#abort !== null;
  }

  /** Stop what is running; nothing that was typed or shown before is touched. */
  stop(): void {
    this.#abort?.abort();
    this.#abort = null;
    fill(this.element);
  }

  /** Start a task. `retry` starts it again from the beginning. */
  async start(path: "rewrite" | "draft" | "task", body: unknown, outcome: Outcome, retry: () => void): Promise<void> {
    this.stop();
    const abort = new AbortController();
    this.#abort = abort;
    const progress = h("p", { class: "progress-text" }, "Der Text wird geprüft …");
    const stream = h("div", { class: "text-view streaming", "aria-hidden": "true", lang: "de", hidden: true });
    const stopped = button(
      "Abbrechen",
      () => {
        this.stop();
        announce("Abgebrochen.");
        outcome.stopped();
      },
      { small: true },
    );
    fill(
      this.element,
      h(
        "section",
        { class: "card", "aria-label": "Verarbeitung", "aria-busy": "true" },
        h("div", { class: "row" }, h("fluent-spinner", { size: "tiny", "aria-hidden": "true" }), progress),
        stream,
        h("div", { class: "row" }, stopped),
      ),
    );
    announce("Die Verarbeitung beginnt.");
    const say = (text: string): void => {
      progress.textContent = text;
      announce(text);
    };
    let end: (() => void) | null = null;
    let refused: Admission | null = null;
    try {
      await this.#api.stream(
        path,
        body,
        (event) => {
          switch (event.event) {
            case "progress":
              say(event.data.text);
              break;
            case "delta":
              stream.hidden = false;
              stream.append(event.data.text);
              stream.scrollTop = stream.scrollHeight;
              break;
            case "restart":
              stream.replaceChildren();
              say(event.data.reason);
              break;
            case "answer":
              end = () => outcome.answer(event.data);
              break;
            case "blocked":
              end = () => outcome.blocked(event.data);
              break;
            case "refused":
              refused = event.data;
              break;
            case "failed":
              end = () =>
                this.#show(
                  // Trying again brings no model.
                  event.data.code === "needs_model"
                    ? notice({ intent: "info", title: "Es wurde nichts geschrieben", text: [event.data.message] })
                    : notice({
                        intent: "error",
                        title: "Die Verarbeitung ist nicht gelungen",
                        text: [event.data.message],
                        actions: [button("Erneut versuchen", retry)],
                      }),
                );
              break;
          }
        },
        abort.signal,
      );
      if (this.#abort !== abort) return;
      this.#abort = null;
      fill(this.element);
      if (refused !== null) this.#show(refusal(refused, () => this.#api.admission(), retry));
      else (end as (() => void) | null)?.();
    } catch (error) {
      if (error instanceof Stopped || this.#abort !== abort) return;
      this.#abort = null;
      this.#show(troubleNotice(error, () => this.#api.admission(), retry));
    }
  }

  #show(content: HTMLElement): void {
    fill(this.element, content);
    content.tabIndex = -1;
    content.focus();
  }
}
