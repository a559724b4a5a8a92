// Weitere Aufgaben: choose a task or an example of a department, fill its form, decide about the result.

import type { Api, Example, Info, Offer, Task, TaskField } from "./api.ts";
import { fill, h, newId } from "./dom.ts";
import { DraftResult } from "./draft_view.ts";
import type { MailHost, Passage } from "./host.ts";
import { announce, button, hostNotice, notice, troubleNotice } from "./notice.ts";
import { RewriteResult } from "./result.ts";
import { Work } from "./work.ts";

type Control = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement;

export class TasksView {
  readonly element = h("div", {});
  readonly #api: Api;
  readonly #host: MailHost;
  readonly #work: Work;
  readonly #message = h("div", {});
  readonly #form = h("div", { class: "stack" });
  readonly #kind = h("select", { id: "task-kind" });
  readonly #department = h("select", { id: "task-department" });
  readonly #examples = h("div", { class: "examples" });
  readonly #help = h("div", { class: "stack" });
  readonly #start: HTMLElement;
  #offer: Offer | null = null;
  #loading = false;
  #byModel = false;
  #letterKind = "";
  #text: HTMLTextAreaElement | null = null;
  /** What was read from the mail last; a rewrite of it can take its place there. */
  #fetched: Passage | null = null;
  #controls = new Map<string, Control>();

  constructor(api: Api, host: MailHost) {
    this.#api = api;
    this.#host = host;
    this.#start = button("Schreiben lassen", () => void this.start(), { primary: true, id: "task-start" });
    this.#work = new Work(api, this.#start);
    this.#kind.addEventListener("change", () => this.#choose());
    this.#department.addEventListener("change", () => this.#listExamples());
    fill(this.element, this.#message);
  }

  /** Whether a model writes here; a task that only a model can do says so. */
  know(info: Info): void {
    this.#byModel = info.by_model;
    if (this.#offer !== null) this.#choose();
  }

  /** Ask for the tasks when the view is first looked at. */
  async open(): Promise<void> {
    if (this.#offer !== null || this.#loading) return;
    this.#loading = true;
    try {
      this.#offer = await this.#api.tasks();
      this.#build(this.#offer);
    } catch (error) {
      fill(this.#message, troubleNotice(error, () => this.#api.admission(), () => void this.open()));
    }
    this.#loading = false;
  }

  #build(offer: Offer): void {
    const groups = [...new Set(offer.tasks.map((task) => task.group))];
    fill(
      this.#kind,
      ...groups.map((group) =>
        h(
          "optgroup",
          { label: group },
          ...offer.tasks.filter((task) => task.group === group).map((task) => h("option", { value: task.id }, task.title)),
        ),
      ),
    );
    const departments = [...new Set(offer.examples.map((example) => example.department))].sort((a, b) => a.localeCompare(b, "de"));
    fill(this.#department, h("option", { value: "" }, "Abteilung wählen"), ...departments.map((name) => h("option", { value: name }, name)));
    fill(
      this.#help,
      helpList("Kurze Anleitung", offer.tips.guide.map(({ title, text }) => [title, text])),
      helpList("Praxistipps", offer.tips.practice.map(({ title, text }) => [title, text])),
      helpList("Was nicht geht, und was stattdessen", offer.refused.map(({ wish, rule, instead }) => [`${wish} (Regel ${rule})`, instead])),
    );
    fill(
      this.element,
      h(
        "section",
        { class: "card", "aria-label": "Beispiele" },
        h("div", { class: "field" }, h("label", { for: "task-department" }, "Beispiele aus den Abteilungen"), this.#department),
        this.#examples,
      ),
      h("div", { class: "field" }, h("label", { for: "task-kind" }, "Aufgabe"), this.#kind),
      this.#form,
      h("div", { class: "row" }, this.#start),
      this.#message,
      this.#work.element,
      this.#help,
    );
    this.#choose();
  }

  get #task(): Task | null {
    return this.#offer?.tasks.find((task) => task.id === this.#kind.value) ?? null;
  }

  /** Show the form of the chosen task; what was typed as material stays. */
  #choose(): void {
    const task = this.#task;
    if (task === null) return;
    const text = this.#text?.value ?? "";
    this.#letterKind = "";
    this.#controls = new Map();
    fill(this.#message);
    const area = h("textarea", { id: "task-text", rows: 6, spellcheck: true });
    area.value = text;
    this.#text = area;
    fill(
      this.#form,
      h("p", { class: "lead" }, task.hint),
      !task.rules && !this.#byModel && notice({ intent: "info", title: "Dafür braucht Amtsklar ein Sprachmodell", text: ["In dieser Installation schreibt das Regelwerk.", task.without_model] }),
      ...task.fields.map((field) => this.#field(field)),
      h("div", { class: "field" }, h("label", { for: "task-text" }, task.material), area),
      // What was received stands in the quoted thread, which is never read.
      task.id === "antwort"
        ? h("p", { class: "hint" }, "Den zitierten Verlauf liest Amtsklar nicht. Bitte kopieren Sie die Nachricht selbst hierher.")
        : h("div", { class: "row" }, button("Text aus der Nachricht holen", () => void this.#fetch(), { small: true })),
    );
  }

  /** Take over what is selected in the mail, or what the person wrote there. */
  async #fetch(): Promise<void> {
    try {
      const passage = (await this.#host.getSelection()) ?? (await this.#host.getOwnText());
      if (this.#text === null) return;
      if (passage.text.trim() === "") {
        fill(this.#message, notice({ intent: "info", title: "Noch kein Text", text: ["Die Nachricht enthält noch keinen eigenen Text."] }));
        return;
      }
      fill(this.#message);
      this.#text.value = passage.text;
      this.#fetched = passage;
      announce("Der Text aus der Nachricht ist eingesetzt.");
      this.#text.focus();
    } catch (error) {
      fill(this.#message, hostNotice(error));
    }
  }

  #field(field: TaskField): HTMLElement {
    const id = newId("task-field");
    const control: Control =
      field.kind === "auswahl"
        ? h("select", { id }, ...field.choices.map((choice) => h("option", { value: choice.id }, choice.title)))
        : field.kind === "text"
          ? h("textarea", { id, rows: 3, required: field.required })
          : h("input", { id, type: "text", autocomplete: "off", required: field.required });
    this.#controls.set(field.id, control);
    const title = field.required || field.kind === "auswahl" ? field.title : `${field.title} (freiwillig)`;
    return h("div", { class: "field" }, h("label", { for: id }, title), control);
  }

  #listExamples(): void {
    const found = this.#offer?.examples.filter((example) => example.department === this.#department.value) ?? [];
    fill(this.#examples, ...found.map((example) => h("div", { class: "row" }, button(example.title, () => this.#take(example), { small: true }))));
  }

  /** Fill the form with an example; nothing is sent. */
  #take(example: Example): void {
    this.#kind.value = example.task;
    this.#choose();
    this.#letterKind = example.letter_kind;
    if (this.#text !== null) this.#text.value = example.text;
    for (const [name, value] of Object.entries(example.fields)) {
      const control = this.#controls.get(name);
      if (control) control.value = value;
    }
    this.#work.clear();
    if (example.caution) fill(this.#message, notice({ intent: "info", title: "Worauf es hier ankommt", text: [example.caution] }));
    announce(`Beispiel eingesetzt: ${example.title}.`);
    this.#start.focus();
  }

  async start(): Promise<void> {
    const task = this.#task;
    const text = this.#text?.value ?? "";
    if (task === null) return;
    const missing = task.fields.find((field) => field.required && !this.#controls.get(field.id)?.value.trim());
    if (text.trim() === "" || missing) {
      const lacking = missing ? missing.title : task.material;
      fill(this.#message, notice({ intent: "info", title: "Es fehlt noch eine Angabe", text: [`Bitte füllen Sie aus: ${lacking}.`] }));
      (missing ? this.#controls.get(missing.id) : this.#text)?.focus();
      return;
    }
    const fields: Record<string, string> = {};
    for (const [name, control] of this.#controls) if (control.value.trim()) fields[name] = control.value.trim();
    fill(this.#message);
    const passage = this.#fetched?.text === text ? this.#fetched : null;
    await this.#work.start({
      path: "task",
      body: { task: task.id, text, letter_kind: task.id === "brief" ? this.#letterKind : "", fields },
      // Where every fact is compared, the new text stands for the old one.
      result: (answer, discard) =>
        answer.ledger === null ? new DraftResult(this.#host, answer, discard) : new RewriteResult(this.#host, passage, answer, discard),
      retry: () => void this.start(),
    });
  }
}

function helpList(title: string, lines: [string, string][]): HTMLElement | null {
  if (lines.length === 0) return null;
  return h(
    "details",
    { class: "card" },
    h("summary", {}, title),
    h("ul", { class: "plain rules" }, ...lines.map(([head, text]) => h("li", {}, h("strong", {}, head), h("p", { class: "hint" }, text)))),
  );
}
