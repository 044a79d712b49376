using System.Text;

namespace Cloud.Clients;

public sealed class SwaksTests : ClientTests
{
    [SkippableTheory]
    [InlineData("smtp")]
    [InlineData("smtp", "--pipeline")]
    [InlineData("smtp", "--tls")]
    [InlineData("submission", "--tls", "--auth", "PLAIN", "-au", MailServer.Bob, "-ap", MailServer.BobPassword)]
    [InlineData("submission", "--tls", "--auth", "LOGIN", "-au", MailServer.Bob, "-ap", MailServer.BobPassword)]
    [InlineData(
        "submissions",
        "--tls-on-connect",
        "--auth",
        "PLAIN",
        "-au",
        MailServer.Bob,
        "-ap",
        MailServer.BobPassword
    )]
    public async Task Sends_an_attachment(string port, params string[] options)
    {
        Tool.Require("swaks");
        var support = await Tool.TryAsync(Home, "swaks", "--support");
        Skip.If(
            options.Any(option => option.StartsWith("--tls", StringComparison.Ordinal))
                && support.Output.Contains("TLS not available", StringComparison.Ordinal),
            "this swaks has no TLS (libnet-ssleay-perl)"
        );
        var attachment = new byte[50_000];
        new Random(1).NextBytes(attachment);
        await File.WriteAllBytesAsync(At("attachment.bin"), attachment);
        await SwaksAsync(port, ["--attach", $"@{At("attachment.bin")}", .. options]);

        var message = Encoding.Latin1.GetString(Assert.Single((await ImapAsync()).Values));
        var encoded = message[message.LastIndexOf("base64", StringComparison.OrdinalIgnoreCase)..];
        encoded = encoded[encoded.IndexOf("\r\n\r\n", StringComparison.Ordinal)..];
        encoded = encoded[..encoded.IndexOf("\r\n--", StringComparison.Ordinal)];
        Assert.Equal(Letter.Hash(attachment), Letter.Hash(Convert.FromBase64String(encoded)));
    }

    [SkippableFact]
    public async Task Sends_data_as_it_is()
    {
        Tool.Require("swaks");
        var letter = Letter.Of("swaks", "Subject: swaks\n\n.\n..dot\n\xff\xfe\n");
        // swaks adds a newline of its own.
        await File.WriteAllBytesAsync(At("letter"), letter.Bytes[..^2]);
        await SwaksAsync("smtp", "--data", $"@{At("letter")}");
        Letter.AssertSame([letter], (await Pop3Async()).Values.Select(Letter.In));
    }

    [SkippableFact]
    public async Task An_unknown_recipient_is_told()
    {
        Tool.Require("swaks");
        const int NoRecipients = 24;
        var (exitCode, output) = await Tool.TryAsync(
            Home,
            "swaks",
            ["--server", $"127.0.0.1:{Cloud["smtp"]}", "--from", MailServer.Bob, "--to", "nobody@example.test"]
        );
        Assert.Equal(NoRecipients, exitCode);
        Assert.Contains("550 5.1.1", output, StringComparison.Ordinal);
    }

    Task<string> SwaksAsync(string port, params string[] arguments) =>
        Tool.RunAsync(
            Home,
            "swaks",
            [
                "--server",
                $"127.0.0.1:{Cloud[port]}",
                "--helo",
                "client.example",
                "--from",
                MailServer.Bob,
                "--to",
                MailServer.Alice,
                "--timeout",
                "60",
                .. arguments,
            ]
        );
}
