using System.Globalization;
using System.Text;

namespace Cloud.Trust.Scanners;

/// <summary>SpamAssassin's daemon: SYMBOLS of its protocol (spamd/PROTOCOL), over TCP or a socket of Unix.</summary>
/// <param name="options">Where and how long.</param>
/// <param name="time">For the limit.</param>
/// <param name="user">Whose preferences count; null for spamd's own.</param>
/// <remarks>
/// spamd learns of the client from the first Received field alone, which is why the message has to have ours.
/// </remarks>
public sealed class SpamdScanner(ScanOptions options, TimeProvider time, string? user = null) : IScanner
{
    /// <summary>Octets of an answer: names of some hundred rules.</summary>
    const int MaxAnswer = 64 * 1024;

    readonly string? user =
        user is null || IsUser(user)
            ? user
            : throw new ArgumentException(
                "A user of spamd has letters, digits, '-', '_', '.' and '@' only",
                nameof(user)
            );

    public string Name => "spamd";

    public Task<ScanVerdict> ScanAsync(ScanMessage message, ScanClient client, CancellationToken cancel)
    {
        var scan = new Scan(Name, options, time);
        return scan.RunAsync(message, ends => AskAsync(scan, message, ends), cancel);
    }

    static bool IsUser(string text) =>
        text.Length is > 0 and < 256 && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or '@');

    async Task<ScanVerdict> AskAsync(Scan scan, ScanMessage message, CancellationToken cancel)
    {
        await using var stream = new ScanStream(await options.Endpoint.ConnectAsync(cancel));
        var owner = user is null ? "" : $"User: {user}\r\n";
        var request = string.Create(
            CultureInfo.InvariantCulture,
            $"SYMBOLS SPAMC/1.5\r\nContent-length: {message.Length}\r\n{owner}\r\n"
        );
        await stream.SendAsync(Encoding.ASCII.GetBytes(request), cancel);
        await stream.SendAsync(message, 0, (_, _) => { }, cancel);
        if (stream.IsDeaf)
            scan.Step("it hung up before the message's end");
        var answer = await stream.AnswerAsync(MaxAnswer, read => SpamdReply.IsWhole(read.Span), cancel);
        return SpamdReply.Parse(answer, scan);
    }
}
