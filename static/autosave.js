// Each answer of a section is saved as it is given. What is not saved yet is kept in this page and nowhere else, since
// answers are dangerous knowledge; without this file the page's buttons save everything.
const REST = { radio: 300, checkbox: 300, textarea: 1500 }; // milliseconds; arrow keys pass answers that nobody gives
const PATIENCE = 20_000; // … before a request counts as lost
const PAUSES = [1_000, 60_000]; // … between tries: at first, and at most

for (const form of document.querySelectorAll("form[data-autosave]")) {
  if (!form.requestSubmit || !AbortSignal.timeout) continue; // an old browser: the page's buttons save
  const [told, busy] = form.querySelector("[role=status]").children;
  const words = told.parentElement.dataset;
  const typed = new Set(); // questions that are being answered
  const due = new Set(); // questions to be sent
  const refused = new Set(); // questions that were not saved: something is missing, or somebody else changed them
  let letter = null; // what was sent and is not answered yet
  let delivery = null; // the promise of the run that sends
  let rest, next; // timers
  let pause = PAUSES[0];
  let step = ""; // of the whole form: "held" until what is due is saved, "go", "sent"

  form.dataset.autosave = "on";
  form.autocomplete = "off"; // or the browser would write the answers to its disk, to show them after a restart

  // Which of two people's answers should stand is settled by the button alone: arrow keys would overwrite one of them.
  const isContested = (question) => question.querySelector("[name^='settle.']") !== null;
  const idOf = (question) => question.id.slice("q-".length);

  // What is told is said aloud, so the same is not told twice; trouble stays in sight until it is over.
  function show(state) {
    const isBusy = state === "saving";
    if (isBusy && !["", words.saved, words.partly].includes(told.textContent)) return;
    busy.textContent = isBusy ? words.saving : "";
    told.classList.toggle("unseen", isBusy);
    if (!isBusy && told.textContent !== words[state]) told.textContent = words[state];
  }

  function write() {
    if (!due.size) return null;
    const questions = [...due], ids = questions.map(idOf);
    due.clear();
    const fields = [...new FormData(form)].filter(([name]) => ids.includes(name.slice(name.indexOf(".") + 1)));
    return { questions, body: new URLSearchParams(fields) };
  }

  // What went wrong, or nothing.
  async function post() {
    if (form.elements.csrf) letter.body.set("csrf", form.elements.csrf.value);
    let answer, saved;
    try {
      const headers = { Accept: "application/json" }, signal = AbortSignal.timeout(PATIENCE);
      answer = await fetch(form.action, { method: "POST", headers, body: letter.body, redirect: "manual", signal });
      if (answer.ok) saved = (await answer.json()).questions;
    } catch {
      return "offline";
    }
    if (answer.status > 500) return "offline"; // what stands between us and the service cannot reach it
    if (saved) letter.questions.forEach((question) => take(question, saved[idOf(question)] ?? {}));
    else letter.questions.forEach((question) => due.add(question));
    letter = null;
    if (answer.status === 403) await renew();
    return saved ? "" : answer.status === 401 ? "signedOut" : "failed";
  }

  function take(question, { version = "", words = "" }) {
    question.querySelector(".unsaved").textContent = words;
    question.querySelectorAll(".error").forEach((error) => error.replaceChildren());
    question.querySelectorAll("[aria-invalid]").forEach((field) => field.removeAttribute("aria-invalid"));
    question.classList.remove("wrong");
    if (!version) return refused.add(question);
    refused.delete(question);
    question.querySelector("[name^='version.']").value = version;
    if (!version.startsWith("0-")) question.querySelector("[value=unanswered]").closest(".choice").hidden = false;
  }

  // Whoever signed in again in another tab has another token.
  async function renew() {
    const text = await fetch(location.href).then((answer) => answer.text()).catch(() => "");
    const page = new DOMParser().parseFromString(text, "text/html");
    const token = page.querySelector("form[data-autosave] [name=csrf]");
    if (token && form.elements.csrf) form.elements.csrf.value = token.value;
  }

  // A letter that got no answer is sent again as it was: had it arrived, a later one would collide with it.
  async function deliver() {
    clearTimeout(next);
    while (letter ??= write()) {
      show("saving");
      const trouble = await post();
      if (trouble) {
        show(trouble);
        next = setTimeout(deliverAll, pause);
        pause = Math.min(2 * pause, PAUSES[1]);
        return trouble;
      }
      pause = PAUSES[0];
      if (!typed.size && !due.size) show(refused.size ? "partly" : "saved");
    }
    return "";
  }

  function deliverAll() {
    delivery ??= deliver().finally(() => { delivery = null; });
    return delivery;
  }

  function rested() {
    clearTimeout(rest);
    typed.forEach((question) => due.add(question));
    typed.clear();
    return deliverAll();
  }

  form.addEventListener("input", ({ target }) => {
    const question = target.closest(".question");
    if (!question || isContested(question)) return;
    typed.add(question);
    show("saving");
    clearTimeout(rest);
    rest = setTimeout(rested, REST[target.type]);
  });
  form.addEventListener("focusout", ({ target }) => { if (target.type === "textarea") rested(); });
  addEventListener("online", deliverAll);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) deliverAll(); });

  form.addEventListener("submit", async (event) => {
    if (step === "go") step = "sent";
    else event.preventDefault();
    if (step) return;
    step = "held";
    told.textContent = ""; // whoever presses the button is told again
    const trouble = await rested();
    step = trouble && trouble !== "failed" ? "" : "go";
    if (step) setTimeout(() => form.requestSubmit(event.submitter)); // a form is not sent while it tells of being sent
  });
  addEventListener("pageshow", () => { step = ""; });
  addEventListener("beforeunload", (event) => {
    if (!typed.size && !due.size && !letter && (!refused.size || step === "sent")) return;
    event.preventDefault();
    step = ""; // whoever stays can save again
  });

  // A page that came back with errors holds what was typed; what is wrong in it is said there already.
  for (const question of form.hasAttribute("data-unsaved") ? form.querySelectorAll(".question") : []) {
    const waits = question.classList.contains("wrong") || isContested(question);
    (waits ? refused : due).add(question);
  }
  deliverAll();
}
