// A form's work: the running task, and below it what became of it. The same for every form of the pane.

import type { Answer, Api } from "./api.ts";
import { fill, h } from "./dom.ts";
import { blockNotice } from "./policy_view.ts";
import { Run } from "./run.ts";

/** A result that a person decides about. */
export interface Result {
  readonly element: HTMLElement;
  focus(): void;
}

export interface Order {
  path: "rewrite" | "draft" | "task";
  body: unknown;
  /** Builds the result; `discard` takes it away again. */
  result: (answer: Answer, discard: () => void) => Result;
  /** Starts the same work again. */
  retry: () => void;
}

export class Work {
  readonly element: HTMLElement;
  readonly #run: Run;
  readonly #result = h("div", {});
  readonly #back: HTMLElement;

  /** `back` is where the focus returns to when there is nothing to decide. */
  constructor(api: Api, back: HTMLElement) {
    this.#run = new Run(api);
    this.#back = back;
    this.element = h("div", { class: "work" }, this.#run.element, this.#result);
  }

  /** Take away what was shown. */
  clear(): void {
    fill(this.#result);
  }

  async start({ path, body, result, retry }: Order): Promise<void> {
    this.clear();
    await this.#run.start(
      path,
      body,
      {
        answer: (answer) => {
          const made = result(answer, () => {
            this.clear();
            this.#back.focus();
          });
          fill(this.#result, made.element);
          made.focus();
        },
        stopped: () => this.#back.focus(),
        blocked: (screening) => {
          const message = blockNotice(screening);
          fill(this.#result, message);
          message.tabIndex = -1;
          message.focus();
        },
      },
      retry,
    );
  }
}
