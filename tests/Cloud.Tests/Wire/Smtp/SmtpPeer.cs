using System.Globalization;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Cloud.Tests.Wire.Smtp;

enum Pace
{
    /// <summary>Lines that follow each other are one write.</summary>
    Together,
    Lines,
    Octets,
}

/// <summary>A server that plays a script, and closes at its end.</summary>
/// <remarks>
/// <c>S:</c> says a line, <c>W:</c> octets without a line's end, <c>C:</c> expects a line, <c>?:</c> takes any, <c>M:</c>
/// takes a message up to its dot, <c>B: 5</c> takes so many octets, <c>T:</c> goes over to TLS, <c>H:</c> holds still until
/// the client has gone. In all of them <c>\0</c>, <c>\n</c> and <c>\xHH</c> stand for octets.
/// </remarks>
sealed class SmtpPeer
{
    readonly Pace pace;
    readonly X509Certificate2Collection? certificates;
    readonly StringBuilder heard = new();
    Stream stream;

    public SmtpPeer(string script, Pace pace = Pace.Together, X509Certificate2Collection? certificates = null)
    {
        (this.pace, this.certificates) = (pace, certificates);
        (Client, var own) = PipedStream.Pair();
        stream = own;
        Played = Task.Run(() => PlayAsync(Steps(script)));
    }

    /// <summary>The client's end.</summary>
    public PipedStream Client { get; }

    /// <summary>Throws what the client did against the script.</summary>
    public Task Played { get; }

    /// <summary>Messages as they came, each with the line of its dot.</summary>
    public List<string> Messages { get; } = [];

    /// <summary>Lines as they came, those of messages left out.</summary>
    public string Heard
    {
        get
        {
            lock (heard)
                return heard.ToString();
        }
    }

    /// <summary>Steps held still at: the client has said all up to there.</summary>
    public TaskCompletionSource Holding { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public static List<(string Kind, string Text)> Steps(string script) =>
        [
            .. script
                .Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
                .Select(line => (line[..2], line.Length > 3 ? line[3..] : "")),
        ];

    async Task PlayAsync(List<(string Kind, string Text)> steps)
    {
        try
        {
            var pending = "";
            foreach (var (kind, text) in steps)
            {
                if (kind is "S:" or "W:")
                {
                    pending += kind == "S:" ? Unescape(text) + "\r\n" : Unescape(text);
                    continue;
                }

                await SayAsync(pending);
                pending = "";
                await PlayAsync(kind, text);
            }

            await SayAsync(pending);
        }
        finally
        {
            await stream.DisposeAsync();
        }
    }

    async Task PlayAsync(string kind, string text)
    {
        switch (kind)
        {
            case "C:":
                Assert.Equal(Unescape(text), await ReadLineAsync());
                break;
            case "?:":
                await ReadLineAsync();
                break;
            case "M:":
                await TakeMessageAsync();
                break;
            case "B:":
                Messages.Add(await ReadAsync(int.Parse(text, CultureInfo.InvariantCulture)));
                break;
            case "T:":
                var secured = new SslStream(stream);
                stream = secured;
                await secured.AuthenticateAsServerAsync(
                    new SslServerAuthenticationOptions
                    {
                        ServerCertificateContext = SslStreamCertificateContext.Create(
                            certificates![0],
                            [.. certificates.Skip(1)],
                            offline: true
                        ),
                    }
                );
                break;
            default:
                Holding.TrySetResult();
                Assert.Equal(0, await stream.ReadAsync(new byte[1]));
                break;
        }
    }

    async Task SayAsync(string text)
    {
        var octets = Encoding.Latin1.GetBytes(text);
        var at = 0;
        while (at < octets.Length)
        {
            var end = pace switch
            {
                Pace.Octets => at + 1,
                Pace.Lines => Array.IndexOf(octets, (byte)'\n', at) + 1,
                _ => octets.Length,
            };
            end = end == 0 ? octets.Length : end;
            await stream.WriteAsync(octets.AsMemory(at, end - at));
            at = end;
        }
    }

    async Task TakeMessageAsync()
    {
        var message = new StringBuilder();
        while (!(message.ToString() is ".\r\n" || EndsWithDot(message)))
            message.Append(await ReadAsync(1));
        Messages.Add(message.ToString());
    }

    static bool EndsWithDot(StringBuilder message) =>
        message.Length >= 5 && message.ToString(message.Length - 5, 5) == "\r\n.\r\n";

    async Task<string> ReadLineAsync()
    {
        var line = new StringBuilder();
        while (line.Length < 2 || line[^2] != '\r' || line[^1] != '\n')
            line.Append(await ReadAsync(1));
        lock (heard)
            heard.Append(line);
        return line.ToString(0, line.Length - 2);
    }

    async Task<string> ReadAsync(int count)
    {
        var octets = new byte[count];
        await stream.ReadExactlyAsync(octets);
        return Encoding.Latin1.GetString(octets);
    }

    static string Unescape(string text)
    {
        if (!text.Contains('\\'))
            return text;
        text = text.Replace("\\0", "\0").Replace("\\n", "\n").Replace("\\r", "\r");
        return System.Text.RegularExpressions.Regex.Replace(
            text,
            @"\\x([0-9A-F]{2})",
            match => ((char)Convert.ToByte(match.Groups[1].Value, 16)).ToString()
        );
    }
}
