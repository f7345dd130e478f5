/* What every page can do: choose the form of a program, copy it, and look at one program of a map. */

/** Shows one form of the programs in `root`, and says so on its buttons. */
function chooseForm(root, style) {
  root.querySelectorAll(".code").forEach((code) => {
    code.hidden = code.dataset.style !== style;
  });
  root.querySelectorAll("[data-form]").forEach((button) => {
    button.setAttribute("aria-pressed", String(button.dataset.form === style));
  });
}

/** The text of the program shown in `root`, put onto the clipboard. */
async function copyProgram(root, button) {
  const code = root.querySelector(".code:not([hidden])");
  const text = code ? code.dataset.text : root.dataset.text;
  try {
    await navigator.clipboard.writeText(text);
    button.textContent = "Copied";
  } catch {
    button.textContent = "Copying is not allowed here";
  }
  setTimeout(() => {
    button.textContent = "Copy";
  }, 1500);
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  const root = button?.closest("[data-listing], [data-text]");
  if (!root) return;
  if (button.dataset.form) chooseForm(root, button.dataset.form);
  if (button.dataset.copy !== undefined) copyProgram(root, button);
});

/** A map of programs: a point is chosen by the mouse or by the arrow keys, and its program shown. */
class ProgramMap extends HTMLElement {
  connectedCallback() {
    this.points = [...this.querySelectorAll("circle")];
    this.plane = this.querySelector("svg");
    this.shown = this.querySelector("output");
    this.addEventListener("pointerover", (event) => this.#choose(event.target.closest("circle")));
    this.addEventListener("click", (event) => this.#choose(event.target.closest("circle")));
    this.plane.addEventListener("keydown", (event) => this.#press(event));
  }

  #choose(point) {
    if (!point) return;
    this.chosen?.classList.remove("chosen");
    this.chosen = point;
    point.classList.add("chosen");
    point.parentNode.append(point);
    this.shown.textContent = point.dataset.program;
  }

  /** The nearest point that lies in the direction of the key. */
  #press(event) {
    const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (!way) return;
    event.preventDefault();
    const from = this.chosen ?? this.points[0];
    const [x, y] = [from.cx.baseVal.value, from.cy.baseVal.value];
    let [best, nearest] = [null, Infinity];
    for (const point of this.points) {
      const [dx, dy] = [point.cx.baseVal.value - x, point.cy.baseVal.value - y];
      const along = dx * way[0] + dy * way[1];
      const distance = Math.hypot(dx, dy);
      if (along > 0 && along > 0.7 * distance && distance < nearest) [best, nearest] = [point, distance];
    }
    this.#choose(best ?? from);
  }
}

customElements.define("program-map", ProgramMap);
