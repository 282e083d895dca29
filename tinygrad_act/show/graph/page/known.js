// What is known after each step.

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
