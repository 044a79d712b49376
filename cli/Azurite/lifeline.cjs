// Loaded before Azurite. It ends, its data written, with whoever started it, even one that was killed: then standard
// input closes. Ctrl-C in a terminal reaches the whole group; it is for the mail server, which still needs its storage.
process.stdin.on("end", () => process.kill(process.pid, "SIGTERM")).resume();
process.on("SIGINT", () => {});
const once = process.once;
process.once = (name, listener) => (name === "SIGINT" ? process : once.call(process, name, listener));
