using System.Net;
using System.Text;
using Cloud.Dns.Messages;
using Cloud.Tests.Dns;
using Cloud.Tests.Sessions;

namespace Cloud.Tests.Cli;

/// <summary>A folder for `cloud`, user ada@example.test, and other servers' domains, whose mail goes to one host.</summary>
public abstract class SendingCommandTests : IDisposable
{
    /// <summary>Of user ada@example.test.</summary>
    protected const string Password = "a good secret";

    const string Zone = """
        outside.test 300 MX 10 mx.outside.test
        far.test 300 MX 10 mx.outside.test
        mx.outside.test 300 A 127.0.0.1
        """;

    protected string Data { get; } = Directory.CreateTempSubdirectory("cloud-sending-").FullName;

    public void Dispose()
    {
        Directory.Delete(Data, recursive: true);
        GC.SuppressFinalize(this);
    }

    private protected static FakeNameServer NameServer()
    {
        var records = ZoneText.Records(Zone).ToList();
        return FakeNameServer.Of(query =>
        {
            var known = records.Where(record => record.Name == query.Question.Name).ToList();
            return new ResponseWriter
            {
                Code = known.Count > 0 ? ResponseCode.NoError : ResponseCode.NameError,
                Answers = [.. known.Where(record => record.Type == query.Question.Type)],
            };
        });
    }

    protected async Task PrepareAsync()
    {
        await RunAsync("domain", "add", "example.test");
        var (code, _, errors) = await CloudProcess.RunAsync(
            $"{Password}\n",
            ["user", "add", "ada@example.test", "--data", Data]
        );
        Assert.True(code == 0, errors);
    }

    private protected Task<CloudProcess> ServeAsync(SmtpSink sink, FakeNameServer names) =>
        CloudProcess.ServeAsync(
            Data,
            ["--resolver", $"{names.Address}", "--relay-networks", "127.0.0.0/8", "--relay-port", $"{sink.Port}"]
        );

    /// <summary>Says one thing after the other, each once the one before is answered.</summary>
    /// <returns>The last line of each reply.</returns>
    private protected static async Task<List<string>> TalkAsync(ScriptConnection client, params IEnumerable<string> all)
    {
        var replies = new List<string>();
        foreach (var said in all)
        {
            await client.SendAsync(Encoding.ASCII.GetBytes($"{said}\r\n"), byteByByte: false);
            var reply = "";
            do reply = await client.ReadLineAsync() ?? "";
            while (reply.Length > 3 && reply[3] == '-');
            replies.Add(reply);
        }
        return replies;
    }

    /// <summary>Runs `cloud ARGS` on the data; it has to succeed.</summary>
    protected async Task<string> RunAsync(params string[] arguments)
    {
        var (code, output, errors) = await CloudProcess.RunAsync(null, [.. arguments, "--data", Data]);
        Assert.True(code == 0, $"{string.Join(' ', arguments)}: {errors}");
        return output;
    }
}
