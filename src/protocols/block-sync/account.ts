/** What an account has, and how many transactions it has sent. */
export interface Account {
  readonly balance: number;
  readonly nonce: number;
}

/** Of an address that nobody has paid. */
export const emptyAccount: Account = { balance: 0, nonce: 0 };
