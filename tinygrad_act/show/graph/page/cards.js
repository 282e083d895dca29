// Pinned cards: what is known about one box.

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
    [/^\d/.test(size) ? 'shape' : 'type', size],
    ['stands in', cluster],
    ['local derivatives', derivatives.join('\n')],
    ['used by', [...users].join(', ')],
    ['note', changed && 'was given new data after the graph was computed'],
  ];
}

svg.addEventListener('click', (event) => dragged || pin(boxOf(event.target)));
