const server = require("net").createServer({ noDelay: true }, (s) => {
  s.on("data", (data) => s.write(data));
  s.on("error", () => s.destroy());
});
server.listen({ host: "127.0.0.1", port: 0, backlog: 4096 }, () => console.log(`127.0.0.1:${server.address().port}`));
