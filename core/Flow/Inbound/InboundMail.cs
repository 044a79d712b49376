using System.Text.Json;
using System.Text.Json.Serialization;
using Cloud.Flow.Door;
using Cloud.Flow.Outbound;
using Cloud.Flow.Trace;
using Cloud.Mail;
using Cloud.Store;
using Cloud.Store.Messages;
using Cloud.Store.Ports;

namespace Cloud.Flow.Inbound;

/// <summary>A message on its way into accounts: what a transaction still has to do, kept on a queue when it must wait.</summary>
/// <param name="Received">Seconds since 1970 UTC.</param>
/// <param name="Deliveries">The accounts it goes to; none yet where <paramref name="Recipients"/> are still to be looked up.</param>
/// <param name="Recipients">As the envelope named them, with their wishes; null once the deliveries are known.</param>
/// <param name="Source">The blob that was uploaded; deliveries take copies of it, the first one perhaps it itself.</param>
/// <param name="Tries">How often it was tried from the queue; it travels along, as a sent-again message is a new one.</param>
/// <param name="Evidence">What the door found out; null for mail that nobody has judged.</param>
/// <param name="Fields">Header fields put in front of it where nobody has judged it, each with its CRLF; null for none.</param>
/// <param name="IsSentCopy">The sender's own copy: it goes to Sent, and is read.</param>
/// <param name="Origin">How it came; null for a sender's own copy.</param>
/// <param name="Session">Who handed it over, for its trace; null where nobody did.</param>
sealed record InboundMail(
    string Transaction,
    long Received,
    string Source,
    long Size,
    byte[] Sha256,
    byte[] Index,
    IReadOnlyList<Delivery> Deliveries,
    IReadOnlyList<OutboundRecipient>? Recipients = null,
    int Tries = 0,
    Evidence? Evidence = null,
    byte[]? Fields = null,
    bool IsSentCopy = false,
    Origin? Origin = null,
    SessionFacts? Session = null
)
{
    /// <summary>Octets of index that travel along; a longer one is made anew from the blob.</summary>
    public const int QueuedIndexBytes = 16 * 1024;

    /// <summary>Deliveries in one queue message: some 40 KiB of its 48, which leaves room for what cannot be left out.</summary>
    public const int QueuedDeliveries = 200;

    /// <summary>As many where some are passed on to other servers: addresses of every length are in those.</summary>
    public const int QueuedForwards = 20;

    /// <summary>Octets of a queue message, less what its count of tries grows by.</summary>
    public const int Longest = QueueLimits.BodyBytes - 8;

    /// <summary>As a queue message's body: what would make it too long stays out.</summary>
    /// <returns>Too long only where deliveries or recipients are too many for it.</returns>
    public byte[] Pack()
    {
        var body = Array.Empty<byte>();
        foreach (var mail in Shorter())
        {
            body = JsonSerializer.SerializeToUtf8Bytes(mail, InboundJson.Default.InboundMail);
            if (body.Length <= Longest)
                break;
        }
        return body;
    }

    /// <summary>The message whole, and with less and less: mail goes before what was said of it.</summary>
    IEnumerable<InboundMail> Shorter()
    {
        yield return this with
        {
            Index = Index.Length <= QueuedIndexBytes ? Index : [],
        };
        var mail = this with { Index = [] };
        yield return mail;
        if (Evidence is null)
        {
            yield return mail.Unnamed;
            yield break;
        }
        yield return mail with
        {
            Evidence = Evidence with { Steps = [] },
        };
        mail = mail with { Evidence = Evidence.Least };
        yield return mail;
        yield return mail.Unnamed;
    }

    /// <summary>Without the addresses by which the accounts were found, which many long ones make too much.</summary>
    InboundMail Unnamed => this with { Deliveries = [.. Deliveries.Select(delivery => delivery.Least)] };

    /// <summary>As one or more, each short enough for a queue message.</summary>
    public IReadOnlyList<InboundMail> Parts()
    {
        if (Recipients is not null)
            return [this];
        var most = Deliveries.Any(delivery => delivery.Forward is not null) ? QueuedForwards : QueuedDeliveries;
        return [.. Deliveries.Chunk(most).SelectMany(Fitting)];
    }

    /// <summary>Halves until they fit: addresses have every length, and each may lead to a hundred.</summary>
    IEnumerable<InboundMail> Fitting(Delivery[] some)
    {
        var part = this with { Deliveries = some };
        if (part.Pack().Length <= Longest)
            return [part];
        if (some.Length > 1)
            return [.. Fitting(some[..(some.Length / 2)]), .. Fitting(some[(some.Length / 2)..])];
        return [part with { Deliveries = [some[0].Shortest] }];
    }

    /// <returns>Null when it is none of ours.</returns>
    public static InboundMail? Parse(ReadOnlyMemory<byte> body)
    {
        try
        {
            var mail = JsonSerializer.Deserialize(body.Span, InboundJson.Default.InboundMail);
            var isWhole =
                mail is { Transaction: not null, Source: not null, Sha256: not null, Index: not null }
                && mail.Deliveries?.All(delivery => delivery is { IsWhole: true }) == true
                && mail.Recipients?.All(recipient => recipient is { Address: not null }) != false;
            return isWhole ? mail : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>A mailbox's copy, or one that is still to come; what is only passed on does not stay here.</summary>
    public Delivery? FiledOf(FilingResult result) =>
        Deliveries.Except(result.Missing).FirstOrDefault(delivery => delivery.Forward is null);

    public Deposit DepositOf(Delivery delivery, Judgement judgement) =>
        new(TransactionId.TryParse(Transaction) ?? default, delivery.Blob, Size, Sha256, Index, Received)
        {
            DeliveryFields = judgement.Fields,
            Role = judgement.Role,
            Trace = judgement.Trace,
        };
}

[JsonSourceGenerationOptions(IgnoreReadOnlyProperties = true)]
[JsonSerializable(typeof(InboundMail))]
sealed partial class InboundJson : JsonSerializerContext;
