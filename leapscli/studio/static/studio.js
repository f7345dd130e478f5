/* The studio: what is typed is sent at once, one request at a time, and what comes back is shown. */

const { opening, words } = JSON.parse(document.getElementById("opening").textContent);
const find = (id) => document.getElementById(id);
const text = find("text");
const player = find("player");
const PAUSE = 350; // milliseconds without typing after which large worlds are asked for
const WATCH = 500; // between two looks at a search
const SAMPLE = "DEF run m(\n    WHILE c( frontIsClear c) w(\n        pickMarker\n        move\n    w)\nm)\n";

// Talking to the server.

/** The answer to a question; an Error with the server's message, hint and place where there is none. */
async function ask(path, question) {
  let response;
  try {
    const post = { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(question) };
    response = await fetch(path, question === undefined ? {} : post);
  } catch {
    throw Object.assign(new Error("The studio does not answer: is it still running? Your text is kept here."), { gone: true });
  }
  if (response.status === 403) {
    const message = "The studio was started anew: open the address that it printed. Your text is kept here.";
    throw Object.assign(new Error(message), { gone: true });
  }
  const answer = await response.json();
  if (answer.error) throw Object.assign(new Error(answer.error.message), answer.error);
  return answer;
}

/** A message above the page, until the next success. */
function notice(error) {
  const place = find("notice");
  place.hidden = !error;
  place.textContent = error ? [error.message, error.hint].filter(Boolean).join(" – ") : "";
}

/** What every question about the program says. */
const question = (more) => ({ text: text.value, task: find("task").value, size: find("size").value.trim(), ...more });

// The editor: coloured, with the line being executed lit and the place of a mistake underlined.

let lines = []; // of each node of the program that was scored
let lit = 0; // a line, from 1; 0 for none
let mistake = null; // {line, column, found}

/** The kind of a piece of a program, which decides its colour. */
function kind(piece) {
  if (piece.startsWith("#")) return "faint";
  if (words.actions.includes(piece)) return "action";
  if (words.perceptions.includes(piece)) return "perception";
  if (words.keywords.includes(piece)) return "keyword";
  return /^(R=)?\d+$/.test(piece) ? "number-token" : "";
}

function colour() {
  const rows = text.value.split("\n").map((line, i) => {
    const row = document.createElement("span");
    row.className = i + 1 === lit ? "line lit" : "line";
    let at = 0;
    for (const piece of line.match(/#.*|R=\d+|\d+|[^\W\d]\w*|[^\w#]+/g) ?? []) {
      const part = document.createElement("span");
      part.className = kind(piece);
      part.textContent = piece;
      const here = mistake?.line === i + 1 && mistake.column - 1 >= at && mistake.column - 1 < at + piece.length;
      if (here) part.classList.add("wrong");
      at += piece.length;
      row.append(part);
    }
    if (mistake?.line === i + 1 && mistake.column - 1 >= at) {
      row.append(Object.assign(document.createElement("span"), { className: "wrong", textContent: "  " }));
    }
    return row;
  });
  find("backdrop").replaceChildren(...rows);
  follow();
}

function follow() {
  find("backdrop").scrollTop = text.scrollTop;
  find("backdrop").scrollLeft = text.scrollLeft;
}

// Figures, while typing.

let asked = 0; // the number of the newest question
let busy = false;
let later = 0;
let shown = null; // the episode being watched: {index, large}; null for the worst

/** Asks for the figures of what stands there now; while one answer is awaited, only the newest text waits. */
async function score() {
  asked += 1;
  clearTimeout(later);
  if (busy) return;
  busy = true;
  const number = asked;
  const began = performance.now();
  try {
    const answer = await ask("/score", question());
    lines = answer.lines;
    mistake = null;
    lit = 0;
    find("home").innerHTML = answer.html;
    find("home").classList.remove("stale");
    verdict(`${answer.tokens} tokens, mean return ${answer.mean.toFixed(3)}`, false);
    find("verdict").dataset.milliseconds = String(Math.round(performance.now() - began));
    notice(null);
    later = setTimeout(larger, PAUSE);
    await watch(shown ?? { index: answer.worst });
  } catch (error) {
    fail(error);
  }
  colour();
  busy = false;
  if (number !== asked) score();
}

function verdict(message, bad) {
  find("verdict").textContent = message;
  find("verdict").classList.toggle("bad", bad);
}

function fail(error) {
  find("home").classList.add("stale");
  find("large").classList.add("stale");
  if (error.gone) notice(error);
  else {
    mistake = error.line ? error : null;
    verdict([error.message, error.hint].filter(Boolean).join(" – "), true);
  }
}

/** The figures on large worlds, which take longer. */
async function larger() {
  const number = asked;
  try {
    const { html } = await ask("/larger", question());
    if (number !== asked) return;
    find("large").innerHTML = html;
  } catch (error) {
    find("large").textContent = error.gone ? "" : error.message;
  }
  find("large").classList.remove("stale");
}

let watched = 0; // the number of the newest episode asked for

/** Plays an episode, or the world that was drawn; only the newest of those asked for. */
async function watch(episode) {
  const drawn = find("drawing").open ? { world: find("maptext").value } : null;
  watched += 1;
  const number = watched;
  player.setAttribute("aria-busy", "true");
  try {
    const answer = await ask("/episode", question(drawn ?? episode));
    if (number === watched) await player.load(answer);
  } finally {
    if (number === watched) player.setAttribute("aria-busy", "false");
  }
}

/** The same, at a click: what goes wrong is said. */
async function show(episode) {
  shown = episode;
  try {
    await watch(episode ?? { index: 0 });
  } catch (error) {
    find(find("drawing").open ? "mapverdict" : "verdict").textContent = error.message;
  }
}

player.addEventListener("step", ({ detail }) => {
  const line = detail.node === null ? 0 : (lines[detail.node] ?? 0);
  if (line === lit) return;
  lit = line;
  colour();
});

// Files: opened and saved by name, never over what is not known.

let digest = null; // of the file as it was opened
let saved = "";
const kept = "leaps-studio"; // this tab's text, for a reload

function remember() {
  sessionStorage.setItem(kept, JSON.stringify({ text: text.value, name: find("name").value, digest, saved, task: find("task").value, size: find("size").value }));
  find("unsaved").textContent = text.value === saved ? "" : "not saved";
}

async function open(name) {
  try {
    const file = await ask("/read", { name });
    [digest, saved, text.value] = [file.digest, file.text, file.text];
    find("name").value = file.name;
    notice(null);
    changed();
  } catch (error) {
    notice(error);
  }
}

async function save(over) {
  const name = find("name").value.trim();
  try {
    const answer = await ask("/save", { name, text: text.value, digest: over ?? digest });
    [digest, saved] = [answer.digest, text.value];
    notice(null);
    remember();
    files();
  } catch (error) {
    notice(error);
    if (!error.digest) return;
    const button = Object.assign(document.createElement("button"), { type: "button", textContent: "Overwrite it" });
    button.addEventListener("click", () => save(error.digest));
    find("notice").append(" ", button);
  }
}

async function files() {
  const { names } = await ask("/files");
  find("files").replaceChildren(...names.map((name) => new Option(name, name)));
}

/** Puts a program into the editor, so that undoing brings the old one back. */
function take(program) {
  text.focus();
  text.select();
  document.execCommand("insertText", false, program);
}

function changed() {
  colour();
  remember();
  score();
}

text.addEventListener("input", changed);
text.addEventListener("scroll", follow);
text.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.isComposing) {
    const line = text.value.slice(0, text.selectionStart).split("\n").at(-1);
    event.preventDefault();
    document.execCommand("insertText", false, `\n${line.match(/^\s*/)[0]}`);
  }
  if ((event.ctrlKey || event.metaKey) && event.key === "s") {
    event.preventDefault();
    save();
  }
});
find("name").addEventListener("input", () => {
  digest = null; // another file, which nobody has opened
  remember();
});
find("open").addEventListener("click", () => open(find("name").value.trim()));
find("save").addEventListener("click", () => save());
window.addEventListener("beforeunload", (event) => {
  if (text.value !== saved && text.value.trim()) event.preventDefault();
});
document.querySelectorAll("[data-style]:not(.code)").forEach((button) => {
  button.addEventListener("click", async () => {
    try {
      take((await ask("/form", question({ style: button.dataset.style }))).text);
    } catch (error) {
      fail(error);
    }
  });
});
for (const id of ["task", "size"]) {
  find(id).addEventListener("change", () => {
    shown = null;
    changed();
  });
}
document.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (button?.dataset.episode) {
    find("drawing").open = false;
    show({ index: Number(button.dataset.episode), large: button.dataset.large !== undefined });
  }
  if (button?.dataset.program) take(button.dataset.program);
});

// A world of one's own.

const ARROWS = "^>v<";
let rows = []; // of the map, a list of characters each
let under = 0; // markers below Karel

/** Shows a map as the engine writes it: a line a row, and `under: 3` below where Karel stands on markers. */
function drawMap(source) {
  const all = source.split("\n").filter((line) => line.trim());
  rows = all.filter((line) => !line.includes(":")).map((line) => [...line]);
  under = Number(source.match(/^under: (\d)$/m)?.[1] ?? 0);
  const grid = find("map");
  grid.style.gridTemplateColumns = `repeat(${rows[0]?.length ?? 1}, max-content)`;
  grid.replaceChildren(
    ...rows.flatMap((row, r) =>
      row.map((cell, c) => {
        const button = Object.assign(document.createElement("button"), { type: "button", tabIndex: r + c ? -1 : 0 });
        button.dataset.cell = `${r},${c}`;
        dress(button, cell, r, c);
        return button;
      }),
    ),
  );
}

function dress(button, cell, r, c) {
  const name = cell === "#" ? "wall" : cell === "." ? "empty" : ARROWS.includes(cell) ? "Karel" : `${cell} markers`;
  button.className = cell === "#" ? "wall" : ARROWS.includes(cell) ? "karel" : cell === "." ? "" : "marker";
  button.textContent = cell === "#" || cell === "." ? "" : (["▲", "▶", "▼", "◀"][ARROWS.indexOf(cell)] ?? cell);
  button.setAttribute("aria-label", `row ${r + 1}, column ${c + 1}: ${name}`);
}

/** What a tool makes of a cell; the words of what it cannot. */
function paint(r, c) {
  const tool = document.querySelector("[name=tool]:checked").value;
  const cell = rows[r][c];
  const markers = Number(/\d/.test(cell) && cell);
  if (ARROWS.includes(cell)) {
    if (tool === "wall") return "Karel stands there: put Karel elsewhere first.";
    if (tool === "karel") rows[r][c] = ARROWS[(ARROWS.indexOf(cell) + 1) % 4];
    else under = tool === "marker" ? Math.min(9, under + 1) : 0;
  } else if (tool === "karel") {
    rows = rows.map((row) => row.map((each) => (!ARROWS.includes(each) ? each : under ? String(under) : ".")));
    [rows[r][c], under] = [">", markers];
  } else if (tool === "marker") rows[r][c] = String(Math.min(9, markers + 1));
  else rows[r][c] = tool === "wall" && cell !== "#" ? "#" : ".";
  return "";
}

find("map").addEventListener("click", (event) => {
  const button = event.target.closest("[data-cell]");
  if (!button) return;
  const [r, c] = button.dataset.cell.split(",").map(Number);
  find("mapverdict").textContent = paint(r, c);
  const note = under ? `under: ${under}\n` : "";
  find("maptext").value = `${rows.map((row) => row.join("")).join("\n")}\n${note}`;
  drawMap(find("maptext").value);
  find("map").querySelector(`[data-cell="${r},${c}"]`).focus();
  show(null);
});
find("map").addEventListener("keydown", (event) => {
  const way = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[event.key];
  const from = event.target.dataset.cell?.split(",").map(Number);
  if (!way || !from) return;
  event.preventDefault();
  find("map").querySelector(`[data-cell="${from[0] + way[0]},${from[1] + way[1]}"]`)?.focus();
});
find("maptext").addEventListener("input", async () => {
  try {
    const { text: written } = await ask("/check-world", { world: find("maptext").value });
    find("mapverdict").textContent = "";
    drawMap(written);
    show(null);
  } catch (error) {
    find("mapverdict").textContent = [error.message, error.hint].filter(Boolean).join(" – ");
  }
});

let drawn = 0;
async function fresh() {
  try {
    const { text: map } = await ask("/world", question({ index: drawn }));
    drawn += 1;
    find("maptext").value = map.endsWith("\n") ? map : `${map}\n`;
    find("mapverdict").textContent = "";
    drawMap(find("maptext").value);
    show(null);
  } catch (error) {
    find("mapverdict").textContent = error.message;
  }
}
find("fresh").addEventListener("click", fresh);
find("drawing").addEventListener("toggle", () => {
  if (find("drawing").open && !find("maptext").value) fresh();
  else show(shown);
});

// Searches, neighbours, artifacts.

find("search").addEventListener("click", async () => {
  const settings = { searcher: find("searcher").value, from: find("from").checked };
  const numbers = { seconds: Number(find("seconds").value), seed: Number(find("seed").value) };
  try {
    const { id } = await ask("/searches", question({ ...settings, ...numbers }));
    notice(null);
    follows(id);
  } catch (error) {
    notice(error);
  }
});

/** A box that shows a search until it has ended. */
function follows(id) {
  const box = Object.assign(document.createElement("div"), { className: "search" });
  const bar = Object.assign(document.createElement("div"), { className: "bar" });
  const stop = Object.assign(document.createElement("button"), { type: "button", textContent: "Stop" });
  const best = Object.assign(document.createElement("button"), { type: "button", textContent: "Take the best program" });
  const course = document.createElement("div");
  best.disabled = true;
  bar.append(stop, best);
  box.append(course, bar);
  find("searches").prepend(box);
  stop.addEventListener("click", () => {
    stop.disabled = true;
    ask(`/searches/${id}/stop`, {}).catch(notice);
  });
  const look = async () => {
    try {
      const answer = await ask(`/searches/${id}`);
      course.innerHTML = answer.html;
      best.disabled = !answer.best;
      best.dataset.program = answer.best ?? "";
      if (!answer.over) {
        setTimeout(look, WATCH);
        return;
      }
      stop.disabled = true;
      artifacts();
    } catch (error) {
      notice(error);
      if (error.gone) setTimeout(look, 4 * WATCH);
    }
  };
  look();
}

find("ask").addEventListener("click", async () => {
  find("ask").disabled = true;
  find("neighbours").textContent = "The model is being asked …";
  try {
    find("neighbours").innerHTML = (await ask("/neighbours", question({ seed: 0 }))).html;
  } catch (error) {
    find("neighbours").textContent = [error.message, error.hint].filter(Boolean).join(" – ");
  }
  find("ask").disabled = false;
});

async function artifacts() {
  try {
    find("artifacts").innerHTML = (await ask("/artifacts")).html;
  } catch (error) {
    notice(error);
  }
}

// The beginning: what this tab held, else the file of the command line, else a program to start from.

function begin() {
  const before = JSON.parse(sessionStorage.getItem(kept) ?? "null");
  artifacts();
  files().catch(notice);
  if (before) {
    [text.value, digest, saved] = [before.text, before.digest, before.saved];
    find("name").value = before.name;
    find("size").value = before.size;
    if ([...find("task").options].some((option) => option.value === before.task)) find("task").value = before.task;
    changed();
  } else if (opening.file) open(opening.file);
  else {
    text.value = saved = SAMPLE;
    changed();
  }
}

begin();
