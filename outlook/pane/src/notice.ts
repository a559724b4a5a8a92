// Messages to the person: what happened, and what to do next. Errors are announced at once, the rest politely.

import { Trouble, type Admission } from "./api.ts";
import { h, type Child } from "./dom.ts";
import { HostError } from "./host.ts";

export type Intent = "info" | "success" | "warning" | "error";

const WORDS: Record<Intent, string> = { info: "Hinweis", success: "Erledigt", warning: "Achtung", error: "Fehler" };
const SIGNS: Record<Intent, string> = { info: "i", success: "✓", warning: "!", error: "×" };

export interface NoticeContent {
  intent: Intent;
  title: string;
  text?: Child[];
  actions?: HTMLElement[];
}

/** A message bar. */
export function notice({ intent, title, text = [], actions = [] }: NoticeContent): HTMLElement {
  return h(
    "div",
    { class: `notice ${intent}`, role: intent === "error" ? "alert" : "group", "aria-label": `${WORDS[intent]}: ${title}` },
    h("span", { class: "notice-sign", "aria-hidden": "true" }, SIGNS[intent]),
    h(
      "div",
      { class: "notice-content" },
      h("p", { class: "notice-title" }, title),
      ...text.map((part) => (part instanceof HTMLElement || !part ? part : h("p", {}, part))),
      actions.length > 0 && h("div", { class: "row" }, ...actions),
    ),
  );
}

/** A Fluent button. */
export function button(
  label: string,
  onclick: () => void,
  options: { primary?: boolean; subtle?: boolean; small?: boolean; id?: string; describedby?: string } = {},
): HTMLElement & { disabled: boolean } {
  const { primary, subtle, small, id, describedby } = options;
  return h(
    "fluent-button",
    {
      appearance: primary ? "primary" : subtle ? "subtle" : null,
      size: small ? "small" : null,
      id,
      "aria-describedby": describedby,
      type: "button",
      onclick,
    },
    label,
  ) as HTMLElement & { disabled: boolean };
}

/** What the gate said, with the way to the training. `retry` runs once the gate has let the person in. */
export function refusal(admission: Admission, ask: () => Promise<Admission | null>, retry: () => void): HTMLElement {
  const course = safeLink(admission.course_url, "Zur Schulung");
  const again = button("Erneut prüfen", () => {
    again.disabled = true;
    ask().then(
      (refused) => {
        if (refused === null) retry();
        else {
          bar.replaceWith(refusal(refused, ask, retry));
          announce(`${refused.title}. Daran hat sich noch nichts geändert.`);
        }
      },
      (error: unknown) => bar.replaceWith(troubleNotice(error, ask, retry)),
    );
  });
  const bar = notice({
    intent: "warning",
    title: admission.title || "Noch nicht freigeschaltet",
    text: [
      admission.text || "Für Amtsklar brauchen Sie die KI-Schulung. Es wurde nichts verarbeitet.",
      admission.contact && !admission.text.includes(admission.contact) ? `Fragen beantwortet ${admission.contact}.` : null,
    ],
    actions: [...(course ? [course] : []), again],
  });
  return bar;
}

/** A message for anything that can go wrong between pane and server. */
export function troubleNotice(error: unknown, ask: () => Promise<Admission | null>, retry: () => void): HTMLElement {
  if (error instanceof Trouble && error.admission) return refusal(error.admission, ask, retry);
  if (error instanceof Trouble) {
    return notice({
      intent: "error",
      title: error.title,
      text: [error.detail, error.next],
      actions: [button("Erneut versuchen", retry)],
    });
  }
  return hostNotice(error);
}

/** A message for anything that can go wrong with the mail. */
export function hostNotice(error: unknown): HTMLElement {
  if (error instanceof HostError) return notice({ intent: "warning", title: error.title, text: [error.next] });
  return notice({
    intent: "error",
    title: "Im Schreibbereich ist ein Fehler aufgetreten",
    text: ["Ihr Text ist unverändert. Bitte laden Sie den Bereich neu. Bleibt der Fehler, wenden Sie sich an Ihre IT."],
  });
}

/** A link that opens beside the pane; null for anything but http(s). */
export function safeLink(address: string, label: string): HTMLElement | null {
  if (!/^https?:\/\//i.test(address)) return null;
  return h("a", { class: "link", href: address, target: "_blank", rel: "noopener noreferrer" }, label);
}

const live = h("div", { class: "visually-hidden", role: "status", "aria-live": "polite", id: "live" });

/** The place where screen readers hear of progress. */
export function liveRegion(): HTMLElement {
  return live;
}

/** Say something to screen readers. */
export function announce(text: string): void {
  live.textContent = text;
}
