export const version = 6;

/** What took the place of a packet is asked for with every verdict and every look at the tasks. */
export const sql = `
CREATE INDEX packet_amends ON packet(amends) WHERE amends IS NOT NULL;
CREATE INDEX packet_replaces ON packet(replaces) WHERE replaces IS NOT NULL;
`;
