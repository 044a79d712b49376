using System.Net;
using System.Text.Json;
using Cloud.Cli.FunctionsHost;
using Cloud.Tests.Fakes;
using Microsoft.Extensions.Logging.Abstractions;
using Host = Cloud.Cli.FunctionsHost.FunctionsHost;

namespace Cloud.Tests.Cli.FunctionsHost;

/// <summary>A little Functions app whose handler, in JavaScript, does what its messages tell it and notes what it hears.</summary>
sealed class NodeApp : IDisposable
{
    public const string Key = "the key";

    const string Handler = """
        #!/usr/bin/env node
        const http = require("node:http"), fs = require("node:fs");
        const note = (what) => fs.appendFileSync("heard.jsonl", JSON.stringify(what) + "\n");
        note({ started: process.pid, env: process.env });
        if (process.env.DIE_AT_START) process.exit(Number(process.env.DIE_AT_START));
        http.createServer((request, response) => {
          const answer = (status, type, body) => { response.writeHead(status, { "Content-Type": type }); response.end(body); };
          if (request.url === "/") return answer(404, "text/plain", "not even a page");
          if (request.url.startsWith("/api/echo")) {
            note({ http: request.method, url: request.url, headers: request.headers });
            response.writeHead(201, { "X-Answer": "yes" }).flushHeaders();
            request.on("data", (piece) => { note({ piece: piece.toString() }); response.write(piece); });
            const done = () => { if (!request.url.endsWith("/wait") || fs.existsSync("go")) response.end("!"); else setTimeout(done, 10); };
            request.on("end", done);
            return;
          }
          if (request.url === "/api/die") return process.exit(9);
          let text = "";
          request.on("data", (piece) => (text += piece)).on("end", () => {
            const call = JSON.parse(text);
            note({ call: request.url, headers: request.headers, body: call });
            const raw = call.Data.message ?? call.Data.bytes ?? "";
            const told = typeof raw !== "string" ? "" : raw.startsWith('"') ? JSON.parse(raw) : Buffer.from(raw, "base64").toString();
            switch (told) {
              case "empty": return answer(200, "application/json", "");
              case "text": return answer(200, "text/plain", "{}");
              case "fail": return answer(500, "application/json", "{}");
              case "exit 0": return process.exit(0);
              case "exit 1": return process.exit(1);
              case "exit 200": return process.exit(200);
              default: return answer(200, "application/json", "{}");
            }
          });
        }).listen(Number(process.env.FUNCTIONS_CUSTOMHANDLER_PORT), "127.0.0.1");
        """;

    readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("cloud-app-");

    public NodeApp(string functionTimeout = "00:01:00")
    {
        Write(
            "host.json",
            $$"""
            {
              "version": "2.0",
              "functionTimeout": "{{functionTimeout}}",
              "extensions": { "queues": { "maxPollingInterval": "00:00:00.100", "visibilityTimeout": "00:00:00" } },
              "customHandler": {
                "description": { "defaultExecutablePath": "handler.js" },
                "enableProxyingHttpRequest": true
              }
            }
            """
        );
        Write("handler.js", Handler);
        File.SetUnixFileMode(
            Path.Combine(Root, "handler.js"),
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
        );
        Queues = new(Clock);
        Function("Echo", HttpBindings("function", "echo/{*rest}"));
        Function("Open", HttpBindings("anonymous", "die"));
        Function("Work", """{"type":"queueTrigger","name":"message","queueName":"work","connection":"MailStorage"}""");
        Function("Bytes", """{"type":"queueTrigger","name":"bytes","queueName":"bytes","dataType":"binary"}""");
    }

    public string Root => folder.FullName;

    /// <summary>Of the queues.</summary>
    public TurnedClock Clock { get; } = new();

    public MemoryQueues Queues { get; }

    public void Function(string name, string bindings, string rest = "")
    {
        Directory.CreateDirectory(Path.Combine(Root, name));
        Write($"{name}/function.json", $$"""{"bindings":[{{bindings}}]{{rest}}}""");
    }

    public void Write(string path, string text) => File.WriteAllText(Path.Combine(Root, path), text);

    public Task<Host> StartAsync(params (string Name, string Value)[] settings) =>
        Host.StartAsync(
            new(
                Root,
                settings.ToDictionary(pair => pair.Name, pair => pair.Value),
                _ => Queues,
                Key,
                new IPEndPoint(IPAddress.Loopback, 0)
            )
            {
                TimerStatus = Path.Combine(Root, "timers"),
                PoisonQueues = _ => Queues.Forgetful(TimeSpan.FromDays(7)),
            },
            NullLoggerFactory.Instance,
            default
        );

    public Task TellAsync(string text, string queue = "work") =>
        Queues.SendAsync(queue, System.Text.Encoding.UTF8.GetBytes(text), TimeSpan.Zero, default).AsTask();

    /// <summary>What the handler has noted, waiting for as many notes of a kind.</summary>
    public async Task<IReadOnlyList<JsonElement>> HeardAsync(string kind, int count)
    {
        IReadOnlyList<JsonElement> heard = [];
        await UntilAsync(() => (heard = Heard(kind)).Count >= count);
        return heard;
    }

    public static async Task UntilAsync(Func<bool> condition)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(120));
        while (!condition())
            await Task.Delay(20, patience.Token);
    }

    public void Dispose() => folder.Delete(recursive: true);

    List<JsonElement> Heard(string kind)
    {
        var file = Path.Combine(Root, "heard.jsonl");
        if (!File.Exists(file))
            return [];
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var reader = new StreamReader(stream);
        var text = reader.ReadToEnd();
        var whole = text[..(text.LastIndexOf('\n') + 1)];
        return
        [
            .. whole
                .Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Select(line => JsonDocument.Parse(line).RootElement)
                .Where(note => note.TryGetProperty(kind, out _)),
        ];
    }

    /// <summary>The system's, turned on by as much as a test wants.</summary>
    internal sealed class TurnedClock : TimeProvider
    {
        TimeSpan ahead;

        public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + ahead;

        public void Advance(TimeSpan time) => ahead += time;
    }

    static string HttpBindings(string level, string route) =>
        $$"""{"type":"httpTrigger","direction":"in","name":"req","authLevel":"{{level}}","methods":["post"],"route":"{{route}}"},{"type":"http","direction":"out","name":"res"}""";
}
