'use strict';
// The page's behaviour. Texts come from the data and go into the page as text, never as HTML.
(() => {
const byId = (id) => document.getElementById(id);
const { nodes, edges, steps } = JSON.parse(byId('data').textContent);
const picture = byId('picture');
const svg = picture.querySelector('svg');
const last = steps.length;
const calm = matchMedia('(prefers-reduced-motion: reduce)');

// --- the boxes and edges of the picture ---------------------------------------------------------

const places = new Map(nodes.map((node, i) => [node.id, i]));
const boxes = new Array(nodes.length).fill(null);
const wires = new Array(edges.length).fill(null);
for (const element of svg.querySelectorAll('[data-node]')) boxes[places.get(element.dataset.node)] = element;
for (const element of svg.querySelectorAll('[data-edge]')) wires[Number(element.dataset.edge)] = element;
const bounds = boxes.map((box) => box && boundsOf(box));
const rows = boxes.map((box) => box && { value: row(box, '.value'), grad: row(box, '.grad') });

// In the picture's own coordinates, whatever groups the box stands in.
function boundsOf(box) {
  const { x, y, width, height } = box.getBBox();
  const corner = new DOMPoint(x, y).matrixTransform(svg.getScreenCTM().inverse().multiply(box.getScreenCTM()));
  return { x: corner.x, y: corner.y, width, height };
}

// Everything in a row but its label holds numbers; the first of them is where a partial sum is shown.
function row(box, selector) {
  const group = box.querySelector(selector);
  if (!group) return null;
  const texts = [...group.querySelectorAll('text')];
  const label = texts.length > 1 && /^(value|grad)/.test(texts[0].textContent) ? texts[0] : null;
  for (const part of group.children) if (part !== label && part.tagName !== 'title') part.classList.add('number');
  const shown = texts[label ? 1 : 0];
  return { group, label, shown, drawn: shown ? shown.textContent : '' };
}

boxes.forEach((box) => {
  if (!box) return;
  const { x, y, width, height } = box.getBBox();
  const ring = document.createElementNS(svg.namespaceURI, 'rect');
  const place = { x: x - 4, y: y - 4, width: width + 8, height: height + 8, rx: 10, class: 'ring' };
  for (const name in place) ring.setAttribute(name, place[name]);
  box.append(ring);
  box.setAttribute('role', 'button');
});
svg.setAttribute('role', 'group'); // an image would hide its boxes from screen readers
svg.removeAttribute('width');
svg.removeAttribute('height');

// --- what is known after each step --------------------------------------------------------------

const valueAt = nodes.map(() => 0); // what has no step of its own is shown from the start
const gradsAt = nodes.map(() => []);
const flowAt = edges.map(() => last);
const readyAt = edges.map(() => 0);
steps.forEach((step, i) => {
  for (const node of step.values || []) valueAt[node] = i + 1;
  for (const [node, state = 'drawn', text = ''] of step.grads || []) gradsAt[node].push([i + 1, text, state]);
  for (const edge of step.edges || []) (step.phase === 'backward' ? flowAt : readyAt)[edge] = i + 1;
});
const hasBackward = steps.some((step) => step.phase === 'backward');

// [the text, whether more is to come, whether it is what the picture shows]; null before any arrived.
function gradient(node, step) {
  const drawn = [nodes[node].grad, false, true];
  if (step === last || !hasBackward) return nodes[node].grad === undefined ? null : drawn;
  const arrived = gradsAt[node].filter((arrival) => arrival[0] <= step).pop();
  if (!arrived) return null;
  return arrived[2] === 'drawn' ? drawn : [arrived[1], arrived[2] === 'partial', false];
}

// --- showing a step -----------------------------------------------------------------------------

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

// --- playing, and the address -------------------------------------------------------------------

function play(on) {
  clearTimeout(timer);
  timer = 0;
  document.body.classList.toggle('playing', on);
  const label = on ? 'Pause (space)' : 'Play (space)';
  byId('play').setAttribute('aria-label', label);
  byId('play').title = label;
  if (!on) return;
  if (current === last) show(1);
  const wait = 1100 + 500 * (steps[current - 1].lines || []).length;
  timer = setTimeout(() => {
    show(current + 1);
    play(current < last);
  }, wait / Number(byId('speed').value));
}

function go(step) {
  play(false);
  show(step);
}

function readAddress() {
  const found = /^#step=(\d+)$/.exec(location.hash);
  if (found) go(Number(found[1]));
  return Boolean(found);
}

function writeAddress() {
  try {
    history.replaceState(null, '', `#step=${current}`);
  } catch { /* a page inside a notebook has no address of its own */ }
}

// --- the view: zoom and pan ---------------------------------------------------------------------

const [left, top, width, height] = (svg.getAttribute('viewBox') || '0 0 100 100').split(/[\s,]+/).map(Number);
const whole = { x: left, y: top, w: width, h: height };
let view = { ...whole };
let follows = true; // until the reader chooses a view, or asks for the whole picture

function look(next, chosen = true) {
  view = next;
  svg.setAttribute('viewBox', `${view.x} ${view.y} ${view.w} ${view.h}`);
  if (chosen) follows = false;
}

function scale() {
  return Math.min(svg.clientWidth / view.w, svg.clientHeight / view.h) || 1;
}

function toPicture(x, y) {
  return new DOMPoint(x, y).matrixTransform(svg.getScreenCTM().inverse());
}

function zoom(factor, at) {
  const w = Math.min(Math.max(view.w / factor, whole.w / 60), whole.w * 4);
  const ratio = w / view.w;
  const { x, y } = at || { x: view.x + view.w / 2, y: view.y + view.h / 2 };
  look({ x: x - (x - view.x) * ratio, y: y - (y - view.y) * ratio, w, h: view.h * ratio });
}

// Brings the boxes at work into sight; comes closer first where the whole picture is too small to read.
function follow(active) {
  const found = active.filter((i) => bounds[i]).map((i) => bounds[i]);
  if (!found.length || found.length > 12) return;
  const left = Math.min(...found.map((b) => b.x)) - 20;
  const top = Math.min(...found.map((b) => b.y)) - 20;
  const right = Math.max(...found.map((b) => b.x + b.width)) + 20;
  const bottom = Math.max(...found.map((b) => b.y + b.height)) + 20;
  let factor = 1;
  if (follows && scale() < 0.6) {
    factor = Math.min(0.85, svg.clientWidth / (right - left), svg.clientHeight / (bottom - top)) / scale();
    factor = Math.max(factor, 1);
  }
  const w = view.w / factor;
  const h = view.h / factor;
  const seen = { w: svg.clientWidth / scale() / factor, h: svg.clientHeight / scale() / factor };
  const x = view.x + view.w / 2;
  const y = view.y + view.h / 2;
  const inside = left >= x - seen.w / 2 && right <= x + seen.w / 2 && top >= y - seen.h / 2 && bottom <= y + seen.h / 2;
  const isWhole = view.w === whole.w && view.x === whole.x && view.y === whole.y;
  if (isWhole ? factor < 1.25 : factor === 1 && inside) return;
  look({ x: (left + right) / 2 - w / 2, y: (top + bottom) / 2 - h / 2, w, h }, false);
}

const pointers = new Map();
let dragged = false;

svg.addEventListener('pointerdown', (event) => {
  if (event.button) return;
  if (!pointers.size) dragged = false;
  pointers.set(event.pointerId, { x: event.clientX, y: event.clientY });
});
svg.addEventListener('pointermove', (event) => {
  const from = pointers.get(event.pointerId);
  if (!from) return;
  const to = { x: event.clientX, y: event.clientY };
  if (!dragged && Math.hypot(to.x - from.x, to.y - from.y) < 5) return;
  if (!dragged) svg.setPointerCapture(event.pointerId);
  dragged = true;
  svg.classList.add('dragged');
  const others = [...pointers].filter(([id]) => id !== event.pointerId).map(([, at]) => at);
  const a = toPicture(from.x, from.y);
  const b = toPicture(to.x, to.y);
  if (others.length) {
    const still = others[0];
    const spread = (at) => Math.hypot(at.x - still.x, at.y - still.y) || 1;
    zoom(spread(to) / spread(from), toPicture(still.x, still.y));
  } else look({ ...view, x: view.x + a.x - b.x, y: view.y + a.y - b.y });
  pointers.set(event.pointerId, to);
});
for (const name of ['pointerup', 'pointercancel', 'pointerleave']) {
  svg.addEventListener(name, (event) => {
    pointers.delete(event.pointerId);
    if (!pointers.size) svg.classList.remove('dragged');
  });
}
svg.addEventListener('wheel', (event) => {
  if (window.parent !== window && !event.ctrlKey) return; // in a notebook the wheel scrolls the notebook
  event.preventDefault();
  zoom(Math.exp(-event.deltaY * (event.deltaMode ? 0.05 : 0.0016)), toPicture(event.clientX, event.clientY));
}, { passive: false });

// --- tracing a box's paths to the output, and finding boxes -------------------------------------

const outgoing = nodes.map(() => []);
edges.forEach(([source, target], i) => outgoing[source].push([i, target]));
let traced = -1;

function shade() {
  const wanted = byId('filter').value.trim().toLowerCase();
  let lit = null;
  if (traced >= 0) lit = downstream(traced);
  else if (wanted) lit = { boxes: new Set(nodes.keys()), wires: new Set() };
  if (traced < 0 && wanted) nodes.forEach((node, i) => searched(node).includes(wanted) || lit.boxes.delete(i));
  svg.classList.toggle('shaded', Boolean(lit));
  boxes.forEach((box, i) => box && box.classList.toggle('lit', Boolean(lit) && lit.boxes.has(i)));
  wires.forEach((wire, i) => wire && wire.classList.toggle('lit', Boolean(lit) && lit.wires.has(i)));
}

function searched({ name, kind, title = '', cluster = '' }) {
  return `${name} ${kind} ${title} ${cluster}`.toLowerCase();
}

function downstream(start) {
  const lit = { boxes: new Set([start]), wires: new Set() };
  const waiting = [start];
  while (waiting.length) {
    for (const [edge, target] of outgoing[waiting.pop()]) {
      lit.wires.add(edge);
      if (lit.boxes.has(target)) continue;
      lit.boxes.add(target);
      waiting.push(target);
    }
  }
  return lit;
}

function boxOf(target) {
  const box = target.closest && target.closest('[data-node]');
  return box ? places.get(box.dataset.node) : -1;
}

function trace(node) {
  if (traced === node) return;
  traced = node;
  shade();
}

svg.addEventListener('pointerover', (event) => event.pointerType === 'mouse' && trace(boxOf(event.target)));
svg.addEventListener('pointerleave', () => trace(-1));
// On the element around the picture: Chromium makes SVG elements that listen to focus a stop of the Tab key.
picture.addEventListener('focusin', (event) => event.target.matches(':focus-visible') && trace(boxOf(event.target)));
picture.addEventListener('focusout', () => trace(-1));
byId('filter').addEventListener('input', shade);

// --- pinned cards -------------------------------------------------------------------------------

const cards = new Map();

function pin(node) {
  if (node < 0) return;
  if (cards.has(node)) return unpin(node);
  const card = make('article');
  const heading = make('h2');
  heading.append(make('span', '', nodes[node].name), make('span', 'faint', nodes[node].kind));
  const close = make('button', '', '×');
  close.type = 'button';
  close.setAttribute('aria-label', `Unpin ${nodes[node].name}`);
  close.addEventListener('click', () => unpin(node));
  heading.append(close);
  card.append(heading, make('dl'));
  cards.set(node, card);
  boxes[node].classList.add('pinned');
  boxes[node].setAttribute('aria-pressed', 'true');
  fill(node);
  byId('pins').append(card);
  byId('pins').hidden = false;
  card.scrollIntoView({ inline: 'end', block: 'nearest' });
}

function unpin(node) {
  const hadFocus = cards.get(node).contains(document.activeElement);
  cards.get(node).remove();
  cards.delete(node);
  boxes[node].classList.remove('pinned');
  boxes[node].setAttribute('aria-pressed', 'false');
  byId('pins').hidden = !cards.size;
  if (hadFocus) boxes[node].focus({ preventScroll: true });
}

function fill(node) {
  const list = cards.get(node).querySelector('dl');
  const { value, valueHead, grad, gradHead, flows } = nodes[node];
  const known = valueAt[node] <= current;
  const arrived = gradient(node, current);
  const entries = [];
  if (value !== undefined) entries.push(['value', known ? value : 'not computed yet', 'value']);
  if (valueHead && known) entries.push(['its numbers', valueHead, 'value head']);
  if (arrived) entries.push([arrived[1] ? 'gradient so far' : 'gradient', arrived[0], 'grad']);
  else if (flows || grad) entries.push(['gradient', 'none has arrived yet', 'grad']);
  if (gradHead && arrived && arrived[2]) entries.push(['its numbers', gradHead, 'grad head']);
  for (const [label, text] of facts(node, known)) if (text) entries.push([label, text, '']);
  list.replaceChildren(...entries.flatMap(([label, text, kind]) => [make('dt', '', label), make('dd', kind, text)]));
}

// The rows of a card that do not depend on the step.
function facts(node, known) {
  const { formula, size, cluster, changed } = nodes[node];
  const users = new Set(outgoing[node].map(([, target]) => nodes[target].name));
  const derivatives = edges.filter(([, target, text]) => target === node && text).map(([, , text]) => text);
  return [
    ['formula', known && formula],
    ['shape', size],
    ['stands in', cluster],
    ['local derivatives', derivatives.join('\n')],
    ['used by', [...users].join(', ')],
    ['note', changed && 'was given new data after the graph was computed'],
  ];
}

svg.addEventListener('click', (event) => dragged || pin(boxOf(event.target)));

// --- buttons and keys ---------------------------------------------------------------------------

const actions = {
  first: () => go(1),
  back: () => go(current - 1),
  play: () => play(!timer),
  next: () => go(current + 1),
  last: () => go(last),
  out: () => zoom(1 / 1.25),
  in: () => zoom(1.25),
  fit: () => look({ ...whole }),
};
const keys = {
  ' ': 'play', ArrowRight: 'next', ArrowLeft: 'back', Home: 'first', End: 'last', '+': 'in', '=': 'in', '-': 'out', 0: 'fit',
};
for (const name in actions) byId(name).addEventListener('click', actions[name]);
byId('slider').max = last;
byId('slider').addEventListener('input', (event) => go(Number(event.target.value)));

document.addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const { target, key } = event;
  if (key === 'Escape') {
    const card = target.closest('article');
    if (card) card.querySelector('button').click();
    byId('filter').value = '';
    traced = -1;
    shade();
    return;
  }
  if (target.matches('input[type=search], select')) return;
  if (key === ' ' && target.matches('button')) return; // presses that button
  if (key === 'Enter' && boxOf(target) >= 0) pin(boxOf(target));
  else if (keys[key]) actions[keys[key]]();
  else return;
  event.preventDefault();
});

window.addEventListener('hashchange', readAddress);
if (!readAddress()) show(last);
})();
