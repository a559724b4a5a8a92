// Office.js for the window that only signs in. The pane itself connects to Outlook in `host_outlook.ts`.

const OFFICE_JS = "https://appsforoffice.microsoft.com/lib/1/hosted/office.js";

/** Load Office.js, unless it is there, and wait until it is ready. */
export async function loadOffice(): Promise<void> {
  if (typeof Office === "undefined") {
    await new Promise<void>((resolve, reject) => {
      const script = document.createElement("script");
      script.src = OFFICE_JS;
      script.onload = () => resolve();
      script.onerror = () => reject(new Error("office.js"));
      document.head.append(script);
    });
  }
  await Office.onReady();
}
