// A draft is in its page and nowhere else until it is saved as a file: this warns before a page with newer answers is
// left, and keeps a form from being sent twice. Nothing is put into the browser's storage: others use this computer.
for (const form of document.querySelectorAll("form[data-draft]")) {
  const kept = form.elements.kept;
  let sent = false, fetching = false;
  form.addEventListener("input", () => { kept.value = ""; });
  form.addEventListener("submit", (event) => {
    const file = event.submitter?.dataset.download; // undefined: another page follows
    if (file === "draft") kept.value = "yes";
    fetching = file !== undefined;
    if (sent) event.preventDefault();
    else if (!fetching) sent = true;
  });
  addEventListener("beforeunload", (event) => {
    if (kept.value !== "yes" && !sent && !fetching) event.preventDefault();
    fetching = false; // a file came and the page stays
  });
  addEventListener("pageshow", () => { sent = false; });
}
