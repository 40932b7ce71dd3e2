/** Of what a person writes where the rules ask why: shorter is none. Apart from the schemas, which not every screen loads. */
export const REASON_MIN = 3;
export const REASON_MAX = 200;
