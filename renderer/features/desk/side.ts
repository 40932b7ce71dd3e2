/**
 * What a login brings to the desk and a leave takes away. app-state.ts loads it with the first login: the screen before
 * that shows nothing of it, and is there sooner without.
 */
export { deleteTrainingVault, openVault, type Vault } from '../../drafts/vault.ts';
export { enterDesk, exitDesk, leave, openDraft, settleDesk } from './desk-store.ts';
export { openUnfinished } from './unfinished.ts';
export { placeNow, setPlace } from './place.ts';
