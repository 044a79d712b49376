using System.Runtime.CompilerServices;
using System.Text;
using Cloud.Api.Gateway;
using Cloud.Listener.Hosting;
using Cloud.Listener.Imap;
using Cloud.Store;
using Cloud.Store.Messages;
using Cloud.Tests.Fakes;
using Cloud.Tests.Sessions;
using Microsoft.Extensions.Logging.Abstractions;

namespace Cloud.Tests.Listener.Imap;

/// <summary>An IMAP port on a store in memory, with mail for alice.</summary>
static class ImapServer
{
    /// <summary>A message within a message within a multipart, with a header that folds.</summary>
    public const string Nested =
        "From: Ada <ada@example.test>\r\n"
        + "To: alice@example.test, \"Bob B.\" <bob@example.test>\r\n"
        + "Subject: nested\r\n =?utf-8?q?s=C3=BCbject?=\r\n"
        + "Date: Fri, 2 Jan 2026 04:00:00 +0100\r\n"
        + "Message-ID: <nested@example.test>\r\n"
        + "MIME-Version: 1.0\r\n"
        + "Content-Type: multipart/mixed; boundary=outer\r\n"
        + "\r\n"
        + "preamble\r\n"
        + "--outer\r\n"
        + "Content-Type: text/plain; charset=utf-8\r\n"
        + "Content-Transfer-Encoding: 8bit\r\n"
        + "\r\n"
        + "Grüße\r\n"
        + "--outer\r\n"
        + "Content-Type: message/rfc822\r\n"
        + "Content-Description: forwarded\r\n"
        + "\r\n"
        + "From: carl@example.test\r\n"
        + "Subject: inner\r\n"
        + "Content-Type: multipart/alternative; boundary=inner\r\n"
        + "\r\n"
        + "--inner\r\n"
        + "\r\n"
        + "plain\r\n"
        + "--inner\r\n"
        + "Content-Type: text/html\r\n"
        + "\r\n"
        + "<b>html</b>\r\n"
        + "--inner--\r\n"
        + "--outer\r\n"
        + "Content-Type: application/octet-stream; name=\"a.bin\"\r\n"
        + "Content-Transfer-Encoding: base64\r\n"
        + "Content-Disposition: attachment; filename=\"a.bin\"\r\n"
        + "\r\n"
        + "AAEC\r\n"
        + "--outer--\r\n"
        + "epilogue\r\n";

    public static string Plain(int number) =>
        $"From: sender@elsewhere.test\r\nSubject: message {number}\r\n\r\nThis is number {number}.\r\n";

    public static ImapFront Front(TestBackend backend, ImapOptions? options = null, IGateway? gateway = null) =>
        new(
            options ?? new ImapOptions { HostName = "mail.example.test" },
            gateway ?? backend.Gateway,
            TestListener.Tls,
            backend.Time,
            backend.Entropy,
            NullLoggerFactory.Instance
        );

    /// <summary>Ports "imap", "strict" (where passwords in clear are refused) and "imaps".</summary>
    /// <param name="time">By which connections wait; null for this machine's.</param>
    public static Task<TestListener> ListenAsync(
        TestBackend backend,
        ImapOptions? options = null,
        IGateway? gateway = null,
        TimeProvider? time = null
    )
    {
        var front = Front(backend, options, gateway);
        var strict = new ImapOptions { HostName = "mail.example.test", ClearPasswordsFromLoopback = false };
        return TestListener.StartAsync(
            [("imap", front, false), ("strict", Front(backend, strict), false), ("imaps", front, true)],
            time: time,
            behind: backend
        );
    }

    /// <summary>Plays a script against a server with the mail its <c># with:</c> line names.</summary>
    public static Task PlayAsync(string script, string? port = null, ImapOptions? options = null, Hop hop = default) =>
        SessionScript.RunAsync(script, async () => await ListenAsync(await FillAsync(script, hop), options), port);

    static async Task AddOthersAsync(TestBackend backend, string script)
    {
        foreach (var line in script.Split('\n').Where(line => line.StartsWith("# user: ", StringComparison.Ordinal)))
        {
            var (address, domain) = (
                line[8..].Trim(),
                line[(line.IndexOf('@', StringComparison.Ordinal) + 1)..].Trim()
            );
            if (!(await backend.Admin.ListDomainsAsync(default)).Contains(domain))
                await backend.Admin.AddDomainAsync(domain, default);
            await backend.AddUserAsync(address);
        }
        foreach (var line in script.Split('\n').Where(line => line.StartsWith("# shared: ", StringComparison.Ordinal)))
        {
            var words = line.Split(' ');
            await backend.Admin.AddSharedUserAsync(words[2], default);
            await backend.ShareAsync(words[2], "INBOX", words[3], words[4].Trim());
        }
    }

    public static string Script(string name, [CallerFilePath] string here = "") =>
        File.ReadAllText(Path.Combine(Path.GetDirectoryName(here)!, "Sessions", name + ".txt"));

    public static IEnumerable<string> ScriptNames([CallerFilePath] string here = "") =>
        Directory
            .EnumerateFiles(Path.Combine(Path.GetDirectoryName(here)!, "Sessions"), "*.txt")
            .Select(path => Path.GetFileNameWithoutExtension(path)!)
            .Order();

    /// <summary><c># user: carol@example.test</c> is one more user, of a further domain perhaps; <c># shared: team@example.test alice@example.test lrs</c> a shared mailbox, whose INBOX somebody may read. <c># quota: 4096</c> is the octets that each account may have; <c># saves sent</c>: the server keeps alice's copies; <c># with: 3</c> is three messages in alice's INBOX; <c># with: nested</c> the nested one.</summary>
    static async Task<TestBackend> FillAsync(string script, Hop hop)
    {
        var quota = script.Split('\n').FirstOrDefault(line => line.StartsWith("# quota: ", StringComparison.Ordinal));
        var options = quota is null
            ? null
            : new StoreOptions
            {
                SoleOwner = true,
                Quota = long.Parse(quota[9..], System.Globalization.CultureInfo.InvariantCulture),
            };
        var backend = await TestBackend.OpenAsync(options: options, hop: hop);
        if (script.Contains("# saves sent\n", StringComparison.Ordinal))
            await backend.Admin.SetSavesSentAsync(TestBackend.Alice, true, default);
        await AddOthersAsync(backend, script);
        var line = script.Split('\n').FirstOrDefault(line => line.StartsWith("# with: ", StringComparison.Ordinal));
        var what = line?[8..].Trim() ?? "0";
        if (what == "nested")
            await backend.AppendAsync(backend.AliceId, "INBOX", Nested, MessageFlags.Flagged, "$Label1");
        else
        {
            for (var i = 1; i <= int.Parse(what, System.Globalization.CultureInfo.InvariantCulture); i++)
                await backend.ReceiveAsync(Plain(i), TestBackend.Alice);
        }
        return backend;
    }
}
