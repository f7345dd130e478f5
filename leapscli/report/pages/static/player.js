/* The player of recorded episodes, as an element: <leaps-player> around the markup of player.html.
 *
 * It computes nothing: the world after every step, the perceptions and the rewards are on record (see recording.py).
 * `load({programs, episodes, colours})` gives it what to play. It tells of every step shown by a "step" event, whose
 * detail is {node, at}.
 */

const SPEEDS = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 4096]; // steps a second
const LONGEST = 30; // seconds that an episode takes at the speed it starts with
const FACING = ["north", "east", "south", "west"];
const TEST = 1; // flags
const CHANGED = 2;
const WALL = 255;
const RINGED = 12; // pixels a cell below which Karel is ringed

/** The bytes of a text in base64, inflated. */
async function unpacked(text) {
  const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Response(stream).arrayBuffer();
}

/** The arrays of a recording, by name. */
async function columns(recording) {
  const buffer = await unpacked(recording.data);
  const { steps: n, edits: m, rewards: r } = recording;
  let at = 0;
  const take = (Kind, count) => {
    const end = at + count * Kind.BYTES_PER_ELEMENT;
    const column = new Kind(buffer.slice(at, end));
    at = end;
    return column;
  };
  return {
    cells: take(Uint8Array, recording.height * recording.width),
    senses: take(Uint8Array, n + 1),
    flags: take(Uint8Array, n),
    nodes: take(Uint16Array, n),
    rows: take(Uint16Array, n + 1),
    columns: take(Uint16Array, n + 1),
    directions: take(Uint8Array, n + 1),
    editSteps: take(Uint32Array, m),
    editRows: take(Uint16Array, m),
    editColumns: take(Uint16Array, m),
    before: take(Uint8Array, m),
    after: take(Uint8Array, m),
    rewardSteps: take(Uint32Array, r),
    rewards: take(Float64Array, r),
  };
}

/** How many of the ascending `values` are below `limit`. */
function countBelow(values, limit) {
  let low = 0;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (values[middle] < limit) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** An episode that can be wound to any step: the cells are kept, and changed by what lies between. */
class Playback {
  constructor(recording, record) {
    Object.assign(this, { recording, record, at: 0, edited: 0 });
    this.cells = record.cells.slice();
    this.earned = new Float64Array(record.rewards.length + 1);
    record.rewards.forEach((value, i) => {
      this.earned[i + 1] = this.earned[i] + value;
    });
  }

  get length() {
    return this.recording.steps;
  }

  get total() {
    return this.earned[countBelow(this.record.rewardSteps, this.at)];
  }

  seek(at) {
    const { record, recording } = this;
    this.at = Math.max(0, Math.min(at, this.length));
    const wanted = countBelow(record.editSteps, this.at);
    while (this.edited < wanted) this.#edit(this.edited++, record.after, recording.width);
    while (this.edited > wanted) this.#edit(--this.edited, record.before, recording.width);
  }

  #edit(i, values, width) {
    this.cells[this.record.editRows[i] * width + this.record.editColumns[i]] = values[i];
  }
}

/** Draws cells and Karel on a canvas, as large as `room` pixels allow. */
class Board {
  constructor(canvas, colours) {
    Object.assign(this, { canvas, colours, pen: canvas.getContext("2d") });
  }

  fit(height, width, room) {
    const most = Math.max(2, Math.floor(room / width));
    this.cell = Math.min(48, most, Math.max(4, Math.floor(640 / Math.max(height, width))));
    const ratio = window.devicePixelRatio || 1;
    this.canvas.width = width * this.cell * ratio;
    this.canvas.height = height * this.cell * ratio;
    this.canvas.style.width = `${width * this.cell}px`;
    this.pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  }

  draw(cells, height, width, row, column, direction) {
    const { pen, cell, colours } = this;
    pen.fillStyle = colours.floor;
    pen.fillRect(0, 0, width * cell, height * cell);
    if (cell >= 6) this.#grid(height, width);
    for (let i = 0; i < cells.length; i++) {
      const x = (i % width) * cell;
      const y = Math.floor(i / width) * cell;
      if (cells[i] === WALL) {
        pen.fillStyle = colours.wall;
        pen.fillRect(x, y, cell, cell);
      } else if (cells[i]) this.#marker(x, y, cells[i]);
    }
    this.#karel((column + 0.5) * cell, (row + 0.5) * cell, direction);
  }

  #grid(height, width) {
    const { pen, cell } = this;
    pen.strokeStyle = this.colours.grid;
    pen.lineWidth = 1;
    pen.beginPath();
    for (let i = 1; i < height; i++) {
      pen.moveTo(0, i * cell + 0.5);
      pen.lineTo(width * cell, i * cell + 0.5);
    }
    for (let i = 1; i < width; i++) {
      pen.moveTo(i * cell + 0.5, 0);
      pen.lineTo(i * cell + 0.5, height * cell);
    }
    pen.stroke();
  }

  #marker(left, top, count) {
    const { pen, cell, colours } = this;
    const x = left + cell / 2;
    const y = top + cell / 2;
    const r = cell * 0.34;
    pen.fillStyle = colours.marker;
    pen.beginPath();
    [[0, -r], [r, 0], [0, r], [-r, 0]].forEach(([dx, dy]) => pen.lineTo(x + dx, y + dy));
    pen.closePath();
    pen.fill();
    if (cell < 12) return;
    pen.strokeStyle = colours.marker_edge;
    pen.stroke();
    if (count === 1) return;
    pen.fillStyle = colours.marker_ink;
    pen.font = `${Math.round(cell * 0.42)}px sans-serif`;
    pen.textAlign = "center";
    pen.textBaseline = "middle";
    pen.fillText(String(count), x, y + 1);
  }

  #karel(x, y, direction) {
    const { pen, colours } = this;
    const size = Math.max(this.cell, 5);
    pen.save();
    pen.translate(x, y);
    pen.save();
    pen.rotate((direction * Math.PI) / 2);
    pen.beginPath();
    [[0, -0.38], [0.32, 0.34], [0, 0.18], [-0.32, 0.34]].forEach(([dx, dy]) => pen.lineTo(dx * size, dy * size));
    pen.closePath();
    pen.fillStyle = colours.karel;
    pen.fill();
    pen.restore();
    if (this.cell < RINGED) {
      pen.beginPath();
      pen.arc(0, 0, Math.max(9, 2 * size), 0, 2 * Math.PI);
      pen.lineWidth = 2;
      pen.strokeStyle = colours.karel;
      pen.stroke();
    }
    pen.restore();
  }
}

class LeapsPlayer extends HTMLElement {
  connectedCallback() {
    if (this.ready) return;
    this.ready = true;
    this.choice = this.querySelector(".episodes");
    this.scrub = this.querySelector(".scrub");
    this.status = this.querySelector(".status");
    this.canvas = this.querySelector("canvas");
    this.choice.addEventListener("change", () => this.choose(Number(this.choice.value)));
    this.scrub.addEventListener("input", () => this.#wind(Number(this.scrub.value)));
    this.querySelectorAll("[data-do]").forEach((button) => {
      button.addEventListener("click", () => this.#act(button.dataset.do));
    });
    const speed = this.querySelector(".speed");
    speed.append(...SPEEDS.map((value) => new Option(`${value.toLocaleString("en")} steps/s`, value)));
    speed.addEventListener("change", () => {
      this.speed = Number(speed.value);
    });
    this.addEventListener("keydown", (event) => this.#press(event));
    new ResizeObserver(() => this.#fit()).observe(this.canvas.parentElement);
    const told = [this.dataset.programs, this.dataset.episodes].map((id) => document.getElementById(id ?? ""));
    if (told[1]) this.load(Object.assign({}, ...told.map((source) => source && JSON.parse(source.textContent))));
  }

  /** What to play from now on: the first of `episodes`, or the one with number `first`. */
  load({ programs, episodes, colours }, first = 0) {
    Object.assign(this, { programs, episodes });
    this.board = new Board(this.canvas, colours);
    this.choice.replaceChildren(...episodes.map((episode, i) => new Option(episode.label, i)));
    this.choice.closest("label").hidden = episodes.length < 2;
    return this.choose(first);
  }

  /** Plays the episode with this number. */
  async choose(number) {
    this.playing = false;
    const recording = this.episodes[number];
    const record = await columns(recording);
    this.choice.value = String(number);
    this.playback = new Playback(recording, record);
    this.program = this.programs[recording.program];
    this.scrub.max = String(recording.steps);
    this.speed = SPEEDS.find((value) => value >= Math.max(4, recording.steps / LONGEST)) ?? SPEEDS.at(-1);
    this.querySelector(".speed").value = String(this.speed);
    this.#fit();
    this.#show();
  }

  #fit() {
    if (!this.playback) return;
    const { height, width } = this.playback.recording;
    this.board.fit(height, width, this.canvas.parentElement.clientWidth);
    this.#draw();
  }

  #wind(at) {
    this.playing = false;
    this.playback?.seek(at);
    this.#show();
  }

  #act(what) {
    if (!this.playback) return;
    const { at, length } = this.playback;
    if (what === "play" && this.playing) this.#pause();
    else if (what === "play") this.#play();
    else this.#wind({ first: 0, back: at - 1, forward: at + 1, last: length }[what]);
  }

  #press(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches("select, textarea")) return;
    const button = event.target.matches("button");
    const keys = { ArrowLeft: "back", ArrowRight: "forward", Home: "first", End: "last", ...(button ? {} : { " ": "play" }) };
    if (event.key in keys) this.#act(keys[event.key]);
    else if (event.key === "+" || event.key === "-") this.#hurry(event.key === "+" ? 1 : -1);
    else return;
    event.preventDefault();
  }

  #hurry(by) {
    const next = SPEEDS.indexOf(this.speed) + by;
    if (!(next in SPEEDS)) return;
    this.speed = SPEEDS[next];
    this.querySelector(".speed").value = String(this.speed);
  }

  #play() {
    if (this.playback.at >= this.playback.length) this.playback.seek(0);
    this.playing = true;
    this.started = null;
    requestAnimationFrame((now) => this.#frame(now));
    this.#show();
  }

  #pause() {
    this.playing = false;
    this.#show();
  }

  /** One frame: as many steps as are due. */
  #frame(now) {
    if (!this.playing || !this.isConnected) return;
    this.started ??= now;
    const due = Math.floor(((now - this.started) / 1000) * this.speed);
    if (due > 0) {
      this.started += (due / this.speed) * 1000;
      this.playback.seek(this.playback.at + due);
      this.playing = this.playback.at < this.playback.length;
      this.#show();
    }
    if (this.playing) requestAnimationFrame((next) => this.#frame(next));
  }

  #draw() {
    const { playback } = this;
    const { recording, record, at, cells } = playback;
    const agent = [record.rows[at], record.columns[at], record.directions[at]];
    this.board.draw(cells, recording.height, recording.width, ...agent);
  }

  #show() {
    const { playback, program } = this;
    if (!playback) return;
    const { recording, record, at, length } = playback;
    this.#draw();
    const node = at ? record.nodes[at - 1] : null;
    this.querySelectorAll(".code").forEach((code) => {
      const lit = node === null ? -1 : program.lines[code.dataset.style][node];
      [...code.children].forEach((line, i) => line.classList.toggle("lit", i === lit));
    });
    this.scrub.value = String(at);
    this.scrub.setAttribute("aria-valuetext", `step ${at} of ${length}`);
    const words = this.#words(node);
    this.status.textContent = words;
    this.status.setAttribute("aria-live", this.playing ? "off" : "polite");
    const place = `row ${record.rows[at] + 1}, column ${record.columns[at] + 1}, facing ${FACING[record.directions[at]]}`;
    this.canvas.setAttribute("aria-label", `World of ${recording.height} by ${recording.width} cells; Karel at ${place}`);
    this.querySelectorAll(".senses [data-sense]").forEach((mark) => {
      const holds = Boolean((record.senses[at] >> Number(mark.dataset.sense)) & 1);
      mark.textContent = holds ? "yes" : "no";
      mark.classList.toggle("yes", holds);
    });
    const play = this.querySelector('[data-do="play"]');
    play.classList.toggle("playing", this.playing);
    play.setAttribute("aria-label", this.playing ? "Pause" : "Play");
    this.dispatchEvent(new CustomEvent("step", { detail: { node, at } }));
  }

  /** `step 12 of 57 · move (no effect) · return 0.25`. */
  #words(node) {
    const { recording, record, at, length, total } = this.playback;
    const parts = [`step ${at.toLocaleString("en")} of ${length.toLocaleString("en")}`];
    if (node !== null) {
      const flags = record.flags[at - 1];
      const changed = Boolean(flags & CHANGED);
      const outcome = flags & TEST ? (changed ? ": yes" : ": no") : changed ? "" : " (no effect)";
      parts.push(this.program.names[node] + outcome);
    }
    if (recording.total !== null) parts.push(`return ${total.toFixed(3)}`);
    if (at === length) parts.push(recording.end);
    return parts.join(" · ");
  }
}

customElements.define("leaps-player", LeapsPlayer);
