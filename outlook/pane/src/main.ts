// Builds the pane: connects to Outlook or to the stand-in editor, asks the server who and what it is, shows the three tasks.

import "@fluentui/web-components/button.js";
import "@fluentui/web-components/checkbox.js";
import "@fluentui/web-components/radio.js";
import "@fluentui/web-components/radio-group.js";
import "@fluentui/web-components/spinner.js";
import "@fluentui/web-components/tab.js";
import "@fluentui/web-components/tablist.js";
import "@fluentui/web-components/text-input.js";
import "@fluentui/web-components/textarea.js";
import { webDarkTheme, webLightTheme } from "@fluentui/tokens";
import { setTheme } from "@fluentui/web-components/theme/set-theme.js";

import { Api, type Info, type PersonInfo } from "./api.ts";
import { CheckView } from "./check_view.ts";
import { fill, h } from "./dom.ts";
import { DraftView } from "./draft_view.ts";
import { HostError, type MailHost } from "./host.ts";
import { openEditor } from "./host_editor.ts";
import { connectOutlook, openedInOutlook, outlookTheme } from "./host_outlook.ts";
import { liveRegion, notice, safeLink, troubleNotice } from "./notice.ts";
import { PassagePicker } from "./passage.ts";
import { RewriteView } from "./rewrite_view.ts";
import { TasksView } from "./tasks_view.ts";

const DEFAULT_LIMIT = 100_000;

function followTheme(): void {
  const system = matchMedia("(prefers-color-scheme: dark)");
  const apply = (): void => {
    const theme = (hostIsOutlook ? outlookTheme() : null) ?? (system.matches ? "dark" : "light");
    document.documentElement.dataset["theme"] = theme;
    setTheme(theme === "dark" ? webDarkTheme : webLightTheme);
  };
  system.addEventListener("change", apply);
  apply();
}

let hostIsOutlook = false;

async function start(): Promise<void> {
  const app = document.getElementById("app")!;
  let host: MailHost | null = null;
  let stranded: HostError | null = null;
  if (openedInOutlook()) {
    try {
      host = await connectOutlook();
      hostIsOutlook = true;
    } catch (error) {
      stranded = error instanceof HostError ? error : null;
    }
  }
  followTheme();
  const editor = host === null ? openEditor() : null;
  const mail: MailHost = host ?? editor!.host;
  document.body.classList.toggle("beside-editor", editor !== null);

  const api = new Api();
  const pane = new Pane(api, mail);
  fill(app, editor?.element, pane.element, liveRegion());
  if (stranded) pane.say(notice({ intent: "warning", title: stranded.title, text: [stranded.next] }));
  await pane.connect();
}

class Pane {
  readonly element: HTMLElement;
  readonly #api: Api;
  readonly #picker: PassagePicker;
  readonly #draft: DraftView;
  readonly #tasks: TasksView;
  readonly #message = h("div", {});
  readonly #person = h("div", { class: "person" });
  readonly #footer = h("footer", { class: "pane-footer" });
  #limit = DEFAULT_LIMIT;

  constructor(api: Api, host: MailHost) {
    this.#api = api;
    this.#picker = new PassagePicker(host, () => this.#limit);
    this.#draft = new DraftView(api, host);
    this.#tasks = new TasksView(api, host);
    const tasks: [id: string, name: string, content: HTMLElement, needsPassage: boolean][] = [
      ["rewrite", "Verständlich machen", new RewriteView(api, host, this.#picker).element, true],
      ["check", "Prüfen", new CheckView(api, this.#picker).element, true],
      ["draft", "Brief", this.#draft.element, false],
      ["tasks", "Mehr", this.#tasks.element, false],
    ];
    const panels = tasks.map(([id, , content]) =>
      h("div", { id: `panel-${id}`, role: "tabpanel", "aria-labelledby": `tab-${id}`, class: "panel" }, content),
    );
    const show = (active: string): void => {
      tasks.forEach(([id, , , needsPassage], index) => {
        panels[index]!.hidden = id !== active;
        if (id === active) this.#picker.element.hidden = !needsPassage;
      });
      if (active === "tasks") void this.#tasks.open();
      else if (active !== "draft") void this.#picker.refresh();
    };
    const tabs = h(
      "fluent-tablist",
      { activeid: "tab-rewrite", "aria-label": "Aufgabe", size: "small" },
      ...tasks.map(([id, name]) => h("fluent-tab", { id: `tab-${id}`, "aria-controls": `panel-${id}` }, name)),
    ) as HTMLElement & { activeid: string };
    tabs.addEventListener("change", () => show(tabs.activeid.replace(/^tab-/, "")));
    this.element = h(
      "main",
      { class: "pane" },
      h("header", { class: "pane-header" }, h("div", { class: "brand" }, h("img", { src: `${import.meta.env.BASE_URL}icon.svg`, alt: "", width: 32, height: 32 }), h("span", { class: "brand-name" }, "Amtsklar"), h("span", { class: "hint" }, "Verständlich schreiben")), this.#person),
      this.#message,
      tabs,
      this.#picker.element,
      ...panels,
      this.#footer,
    );
    show("rewrite");
  }

  say(message: HTMLElement): void {
    fill(this.#message, message);
  }

  /** Ask the server what it is; without an answer everything typed stays and can be tried again. */
  async connect(): Promise<void> {
    try {
      const info = await this.#api.info();
      this.#limit = info.text_limit;
      this.#draft.offer(info);
      this.#tasks.know(info);
      this.#showInfo(info);
      if (info.local) this.#choosePerson(await this.#api.people());
    } catch (error) {
      this.say(
        troubleNotice(error, () => this.#api.admission(), () => {
          fill(this.#message);
          void this.connect();
        }),
      );
    }
  }

  #choosePerson(people: PersonInfo[]): void {
    const choice = h(
      "select",
      { id: "person" },
      ...people.map((person) =>
        h("option", { value: person.object_id }, `${person.name} (${person.trained ? "geschult" : "nicht geschult"})`),
      ),
    );
    choice.value = (people.find((person) => person.trained) ?? people[0])?.object_id ?? "";
    this.#api.credentials = async () => (choice.value ? { "X-Amtsklar-Person": choice.value } : {});
    fill(this.#person, h("label", { for: "person" }, "Angemeldet als"), choice);
  }

  #showInfo(info: Info): void {
    const course = safeLink(info.course_url, "KI-Schulung");
    fill(
      this.#footer,
      h("p", {}, `Es schreibt: ${info.writer}. Amtsklar ${info.version}.`),
      info.by_model && h("p", {}, "Vorschläge stammen von einer KI. Verantwortlich bleiben Sie."),
      info.rules.length > 0 &&
        h(
          "details",
          {},
          h("summary", {}, "Regeln der Dienstanweisung"),
          h(
            "ul",
            { class: "plain rules" },
            ...info.rules.map((rule) => h("li", {}, h("strong", {}, rule.title), h("span", { class: "tag" }, rule.id), rule.advice && h("p", { class: "hint" }, rule.advice))),
          ),
        ),
      course && h("p", {}, course, ".", info.contact && ` Fragen beantwortet ${info.contact}.`),
    );
  }
}

void start();
