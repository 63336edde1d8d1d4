/** How many values a slider can have; of more, a number is typed. */
const MAX_SLIDER = 10_000;

/**
 * A control of the camera as a row of the panel.
 *
 * @param {{ name: string, type: string, min: number, max: number, step: number, default: number,
 *   menu?: { value: number, text: string }[] }} control
 * @param {(value: number) => void} onChange hears each value that a person chooses
 */
export function row(control, onChange) {
  const { name, type } = control;
  const words = name.replaceAll("_", " ");
  const label = document.createElement("label");
  label.textContent = words.charAt(0).toUpperCase() + words.slice(1);
  const input = inputOf(control);
  input.id = label.htmlFor = `control-${name}`;
  const element = document.createElement("div");
  element.className = type;
  element.append(label, input);
  if (type === "button") {
    input.onclick = () => onChange(1);
    return element;
  }
  const output = document.createElement("output");
  output.htmlFor = input.id;
  const reset = document.createElement("button");
  reset.type = "button";
  reset.className = "back";
  reset.textContent = "↺";
  reset.title = `Reset to ${control.default}`;
  reset.ariaLabel = `Reset ${words}`;
  reset.onclick = () => {
    onChange(control.default);
    input.focus();
  };
  element.append(output, reset);
  input.addEventListener(input.type === "number" ? "change" : "input", () => {
    if (!input.reportValidity?.()) return;
    output.value = input.value;
    onChange(input.type === "checkbox" ? Number(input.checked) : Number(input.value));
  });
  return element;
}

/** Shows how a control stands. */
export function setRow(element, { type, value, default: usual, inactive, readOnly }) {
  const input = element.querySelector("input, select, button");
  input.disabled = Boolean(inactive || readOnly);
  element.title = inactive ? "Another control decides at the moment" : "";
  if (type === "button") return;
  if (type === "boolean") input.checked = value === 1;
  else input.value = String(value);
  element.querySelector("output").value = String(value);
  // It keeps its place, so that nothing moves.
  element.querySelector(".back").disabled = input.disabled || value === usual;
}

function inputOf({ type, min, max, step, menu }) {
  if (menu) {
    const select = document.createElement("select");
    select.append(...menu.map(({ value, text }) => new Option(text, String(value))));
    return select;
  }
  if (type === "button") {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = "Do it";
    return button;
  }
  const input = document.createElement("input");
  input.type = type === "boolean" ? "checkbox" : isSlider(min, max, step) ? "range" : "number";
  if (type === "boolean") input.role = "switch";
  else Object.assign(input, { min, max, step });
  return input;
}

function isSlider(min, max, step) {
  return (max - min) / step <= MAX_SLIDER;
}
