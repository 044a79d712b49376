// Loaded before Azurite. It ends, its data written, with whoever started it, even one that was killed: then standard
// input closes. Ctrl-C in a terminal reaches the whole group; it is for the mail server, which still needs its storage.
process.stdin.on("end", () => process.kill(process.pid, "SIGTERM")).resume();
// It tells that it closes, and nobody is there to read it: that must not end it before its data is written.
for (const output of [process.stdout, process.stderr]) output.on("error", () => {});
process.on("SIGINT", () => {});
const once = process.once;
process.once = (name, listener) => (name === "SIGINT" ? process : once.call(process, name, listener));
