// Tracing a box's paths to the output, and finding boxes.

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
