// Every page works without this. It warns before a page with unsaved typing is left, and keeps a form from being sent twice.
for (const form of document.querySelectorAll("form[method=post]")) {
  let changed = form.hasAttribute("data-unsaved");
  let sent = false;
  form.addEventListener("input", () => { changed = true; });
  form.addEventListener("submit", (event) => {
    if (sent) event.preventDefault();
    sent = true;
  });
  addEventListener("beforeunload", (event) => {
    if (changed && !sent) event.preventDefault();
  });
  addEventListener("pageshow", () => { sent = false; });
}
