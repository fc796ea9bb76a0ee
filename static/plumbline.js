// Every page works without this. It warns before a page with unsaved typing is left, and keeps a form from being sent twice.
for (const form of document.querySelectorAll("form[method=post]:not([data-autosave=on])")) {
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

// What is ticked is worked out at once: the page is fetched again, and its outcome put in place of the old one.
for (const form of document.querySelectorAll("form[data-at-once]")) {
  let latest = 0;
  form.addEventListener("change", async (event) => {
    if (event.target.type !== "checkbox") return;
    const turn = ++latest;
    const query = new URLSearchParams([...new FormData(form)].filter(([name]) => name.startsWith("do.")));
    const address = `${form.action}?${query}`;
    try {
      const answer = await fetch(address);
      if (!answer.ok || turn !== latest) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (turn !== latest) return;
      document.getElementById("outcome").replaceChildren(...page.getElementById("outcome").childNodes);
      history.replaceState(null, "", address);
    } catch { /* without a connection the button still tells what is wrong */ }
  });
}
