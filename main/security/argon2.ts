/** A module of its own, so that it can be loaded late: the build requires the addon from here, which import() cannot. */
export { hash, verify } from '@node-rs/argon2';
