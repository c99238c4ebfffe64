/** The flag of a start by a service manager: told to end, the program ends with code 0. */
export const managedFlag = "managed"
