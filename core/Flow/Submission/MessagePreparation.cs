using System.Buffers;
using System.Globalization;
using System.Text;
using Cloud.Mail;
using Cloud.Store;
using Cloud.Trust.Dkim;

namespace Cloud.Flow.Submission;

/// <summary>Makes a message fit to be sent on while it streams by: RFC 6409 §8.</summary>
/// <remarks>
/// The header is held until it is whole, and comes out as one: our Received field, what the author's program has left
/// out (Date, Message-ID, a Sender for several authors), and what stays of its own. Bcc, Resent-Bcc, Return-Path and
/// Authentication-Results go; the body stays octet for octet. How the octets are cut makes no difference.
/// </remarks>
/// <param name="id">Of the hand-over: a new Message-ID is made of it.</param>
/// <param name="from">The reverse path; null for none.</param>
/// <param name="received">The Received field with its CRLF; empty for none.</param>
/// <param name="now">For a Date that is missing.</param>
public sealed class MessagePreparation(TransactionId id, EmailAddress? from, string received, DateTimeOffset now)
    : IDisposable
{
    /// <summary>Octets of a header: twenty times what real ones have.</summary>
    public const int MaxHeader = 256 * 1024;

    readonly ArrayBufferWriter<byte> header = new(4096);
    readonly List<ReadOnlyMemory<byte>> pieces = [];
    readonly HeaderRules rules = new();
    readonly CanonicalBody body = new(Canonicalization.Relaxed);
    BodyHash? hash;
    string messageId = "";
    bool isHeaderOver;
    bool isEightBitHeader;
    bool isEightBitBody;

    /// <summary>What stands in the way of the message; null while nothing does. Nothing comes out any more then.</summary>
    public SubmissionFault? Fault { get; private set; }

    /// <summary>What the message says of itself, once it is complete.</summary>
    public SubmittedContent Content =>
        hash is { Value.Length: > 0 } && Fault is null
            ? new(
                rules.Authors,
                rules.Sender,
                messageId,
                rules.Subject,
                hash.Value,
                rules.BlindFields,
                isEightBitHeader || isEightBitBody,
                isEightBitHeader || (isEightBitBody && rules.HasParts),
                rules.IsTlsOptional
            )
            : throw new InvalidOperationException("The message is not complete");

    /// <param name="octets">The next ones of the message.</param>
    /// <returns>What comes out, in order; valid until the next call, and as long as the octets are.</returns>
    public IReadOnlyList<ReadOnlyMemory<byte>> Write(ReadOnlyMemory<byte> octets)
    {
        pieces.Clear();
        if (Fault is not null || octets.IsEmpty)
            return pieces;
        if (isHeaderOver)
        {
            TakeBody(octets);
            return pieces;
        }

        var seen = header.WrittenCount;
        header.Write(octets.Span[..Math.Min(octets.Length, MaxHeader - seen)]);
        var (end, blank) = EndOf(header.WrittenSpan, Math.Max(0, seen - 3));
        if (end >= 0)
        {
            EndHeader(end);
            if (Fault is null)
                TakeBody(octets[(end + blank - seen)..]);
        }
        else if (header.WrittenCount == MaxHeader)
        {
            Fault = SubmissionFault.HeaderTooLarge;
        }
        return pieces;
    }

    /// <summary>Ends the message.</summary>
    /// <returns>What was held and comes out.</returns>
    public IReadOnlyList<ReadOnlyMemory<byte>> Complete()
    {
        pieces.Clear();
        if (!isHeaderOver && Fault is null)
        {
            // All of it is header: a line that did not end does now.
            if (header.WrittenCount > 0 && header.WrittenSpan[^1] != '\n')
                header.Write("\r\n"u8);
            EndHeader(header.WrittenCount);
        }
        body.Complete();
        return pieces;
    }

    public void Dispose() => body.Dispose();

    /// <param name="end">Octets of the header, without the blank line.</param>
    void EndHeader(int end)
    {
        isHeaderOver = true;
        hash = body.Hash(null);
        var fields = header.WrittenMemory[..end];
        if (HasBareNewline(fields.Span))
        {
            Fault = SubmissionFault.BareNewline;
            return;
        }
        rules.Read(fields.Span, (start, length) => pieces.Add(fields.Slice(start, length)));
        isEightBitHeader = pieces.Exists(piece => !Ascii.IsValid(piece.Span));
        Fault = rules.Fault;
        if (Fault is not null)
        {
            pieces.Clear();
            return;
        }
        pieces.Insert(0, Encoding.UTF8.GetBytes(Additions()));
        pieces.Add("\r\n"u8.ToArray());
    }

    /// <summary>Our own fields, in front of the author's.</summary>
    string Additions()
    {
        var text = new StringBuilder(received, 512);
        var author = rules.Authors[0];
        if (!rules.HasDate)
            text.Append(CultureInfo.InvariantCulture, $"Date: {now.UtcDateTime:ddd, dd MMM yyyy HH:mm:ss} +0000\r\n");
        messageId = rules.MessageId ?? $"{id}@{EmailAddress.CanonicalDomain(author.Domain)}";
        if (rules.MessageId is null)
            text.Append(CultureInfo.InvariantCulture, $"Message-ID: <{messageId}>\r\n");
        // RFC 5322 §3.6.2: with several authors somebody has to be named who has sent it.
        if (rules.Authors.Count > 1 && rules.Sender is null)
            text.Append(CultureInfo.InvariantCulture, $"Sender: {from ?? author}\r\n");
        return text.ToString();
    }

    void TakeBody(ReadOnlyMemory<byte> octets)
    {
        if (octets.IsEmpty)
            return;
        isEightBitBody = isEightBitBody || !Ascii.IsValid(octets.Span);
        body.Write(octets.Span);
        pieces.Add(octets);
    }

    /// <summary>Where the header ends, and how many octets its blank line has; −1 while that is not here yet.</summary>
    static (int End, int Blank) EndOf(ReadOnlySpan<byte> text, int from)
    {
        if (from == 0 && BlankAt(text) is var first and > 0)
            return (0, first);
        for (var at = from; ; at++)
        {
            var lf = text[at..].IndexOf((byte)'\n');
            if (lf < 0)
                return (-1, 0);
            at += lf;
            if (BlankAt(text[(at + 1)..]) is var blank and > 0)
                return (at + 1, blank);
        }
    }

    static int BlankAt(ReadOnlySpan<byte> text) =>
        text.StartsWith("\n"u8) ? 1
        : text.StartsWith("\r\n"u8) ? 2
        : 0;

    /// <summary>A header whose lines do not end in CRLF reads differently from program to program.</summary>
    static bool HasBareNewline(ReadOnlySpan<byte> text)
    {
        for (var at = 0; ; at += 2)
        {
            var found = text[at..].IndexOfAny((byte)'\r', (byte)'\n');
            if (found < 0)
                return false;
            at += found;
            if (text[at] == '\n' || at + 1 == text.Length || text[at + 1] != '\n')
                return true;
        }
    }
}
