// Showing a step: in the picture, in the note below it, and to screen readers.

let current = 0;
let timer = 0;
let addressTimer = 0;

function show(step) {
  step = Math.min(Math.max(Math.round(step) || 1, 1), last);
  if (step === current) return;
  current = step;
  const { phase, edges: flowing = [] } = steps[step - 1];
  const active = atWork(steps[step - 1]);
  document.body.classList.remove('forward', 'backward', 'end');
  document.body.classList.add(phase);
  nodes.forEach((_, i) => showBox(i, active.includes(i)));
  wires.forEach((wire, i) => {
    if (!wire) return;
    wire.classList.toggle('on', flowing.includes(i));
    wire.classList.toggle('ahead', readyAt[i] > step);
    wire.classList.toggle('still', flowAt[i] > step);
  });
  say(steps[step - 1]);
  byId('slider').value = step;
  byId('slider').setAttribute('aria-valuetext', `step ${step} of ${last}: ${steps[step - 1].said}`);
  byId('count').textContent = `${step} / ${last}`;
  for (const name of ['first', 'back']) byId(name).setAttribute('aria-disabled', step === 1);
  for (const name of ['next', 'last']) byId(name).setAttribute('aria-disabled', step === last);
  for (const node of cards.keys()) fill(node);
  follow(active);
  clearTimeout(addressTimer); // browsers allow only so many changes of the address in a row
  addressTimer = setTimeout(writeAddress, 150);
}

function atWork({ on = [], values = [], grads = [] }) {
  return [...on, ...values, ...grads.map(([node]) => node)];
}

function showBox(node, isActive) {
  const box = boxes[node];
  if (!box) return;
  const known = valueAt[node] <= current;
  const grad = gradient(node, current);
  box.classList.toggle('on', isActive);
  const { value, grad: line } = rows[node];
  if (value) value.group.classList.toggle('blank', !known);
  if (line && line.shown) {
    const isDrawn = !grad ? current === last : grad[2];
    line.group.classList.toggle('blank', !grad && !isDrawn);
    line.group.classList.toggle('partial', Boolean(grad) && !isDrawn);
    line.shown.classList.toggle('shown', Boolean(grad) && !isDrawn);
    write(node, line, isDrawn || !grad ? line.drawn : [grad[0], grad[1] ? '…' : ''].filter(Boolean).join(' + '), isDrawn);
  }
  const words = spoken(node, known, grad);
  if (words === box.getAttribute('aria-label')) return;
  box.setAttribute('aria-label', words);
  const hint = box.querySelector(':scope>title'); // shows when pointed at, and must not tell what is to come
  if (hint) hint.textContent = words;
}

// A sum on its way may be longer than the number that the box was made for.
function write(node, line, text, isDrawn) {
  if (line.shown.textContent === text) return;
  line.shown.textContent = text;
  line.shown.removeAttribute('textLength');
  if (isDrawn) return;
  const room = bounds[node].width - 24 - (line.label ? line.label.getComputedTextLength() : 0);
  if (line.shown.getComputedTextLength() > room) {
    line.shown.setAttribute('lengthAdjust', 'spacingAndGlyphs');
    line.shown.setAttribute('textLength', room);
  }
}

function spoken(node, known, grad) {
  const { name, kind, value, flows } = nodes[node];
  const parts = [`${name}, ${kind}`];
  if (value !== undefined) parts.push(known ? `value ${value}` : 'not computed yet');
  if (grad) parts.push(`gradient ${grad[1] ? 'so far ' : ''}${grad[0]}`);
  else if (flows) parts.push('no gradient yet');
  return parts.join('; ').replace(/\n/g, ', ');
}

function make(tag, className, text) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text !== undefined) element.textContent = text;
  return element;
}

function say({ said, lines = [] }) {
  const sums = make('div', 'sums');
  for (const [formula, remark] of lines) {
    const line = make('p');
    line.append(make('b', 'formula', formula));
    if (remark) line.append(make('span', 'faint', `   (${remark})`));
    sums.append(line);
  }
  byId('note').replaceChildren(make('p', '', said), sums);
  byId('note').scrollTop = 0;
}
