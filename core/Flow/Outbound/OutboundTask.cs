using System.Text.Json;
using System.Text.Json.Serialization;
using Cloud.Store;
using Cloud.Store.Outbox;
using Cloud.Store.Ports;

namespace Cloud.Flow.Outbound;

enum OutboundWork
{
    /// <summary>Send to recipients of one next hop.</summary>
    Attempt,

    /// <summary>Tell the sender that they have not got it yet.</summary>
    TellDelay,
}

/// <summary>A message of queue <c>outbound</c>: the timer of everything that is done for recipients of one next hop.</summary>
/// <param name="Id">The message's transaction.</param>
/// <param name="First">The first recipient's number.</param>
/// <param name="Count">Recipients from there on, at most <see cref="RelayJob.MaxRecipients"/>.</param>
/// <param name="Attempt">Which one is to be made; those that have been made are not made again.</param>
/// <param name="Due">Milliseconds since 1970 UTC.</param>
sealed record OutboundTask(string Id, int First, int Count, int Attempt, long Due, OutboundWork Work)
{
    /// <summary>The message's row as it was accepted: then the first attempt reads nothing. Null where it is too long.</summary>
    public byte[]? Message { get; init; }

    /// <summary>Null where other tasks change the row as well.</summary>
    public string? MessageETag { get; init; }

    /// <summary>The recipients' rows, with <see cref="Message"/>.</summary>
    public IReadOnlyList<CarriedRow>? Rows { get; init; }

    /// <summary>MT-PRIORITY; null for 0, which most have.</summary>
    public int? Priority { get; init; }

    public DateTimeOffset DueAt => DateTimeOffset.FromUnixTimeMilliseconds(Due);

    /// <summary>The same at another time; what it carries is old by then.</summary>
    public OutboundTask Again(DateTimeOffset due) =>
        this with
        {
            Due = due.ToUnixTimeMilliseconds(),
            Message = null,
            MessageETag = null,
            Rows = null,
        };

    public OutboundTask Following(int attempt, DateTimeOffset due) => Again(due) with { Attempt = attempt };

    public OutboundTask TellDelay(DateTimeOffset due) => Again(due) with { Work = OutboundWork.TellDelay };

    /// <summary>As a queue message's body: what would make it too long stays out.</summary>
    public byte[] Pack()
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(this, OutboundJson.Default.OutboundTask);
        return body.Length <= QueueLimits.BodyBytes
            ? body
            : JsonSerializer.SerializeToUtf8Bytes(
                this with
                {
                    Message = null,
                    MessageETag = null,
                    Rows = null,
                },
                OutboundJson.Default.OutboundTask
            );
    }

    /// <returns>Null when it is none of ours.</returns>
    public static OutboundTask? Parse(ReadOnlyMemory<byte> body)
    {
        try
        {
            var task = JsonSerializer.Deserialize(body.Span, OutboundJson.Default.OutboundTask);
            return
                task is { Id: not null, First: >= 0 and < Submission.MaxRecipients }
                && task.Count is >= 1 and <= RelayJob.MaxRecipients
                && task.Due is >= 0 and < LastDue
                && TransactionId.TryParse(task.Id) is not null
                && task.Rows?.All(row => row is { Packed: not null, ETag: not null }) != false
                ? task
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>The year 9999's last millisecond.</summary>
    const long LastDue = 253_402_300_800_000;
}

/// <param name="Packed">By <see cref="RecipientCodec"/>.</param>
sealed record CarriedRow(byte[] Packed, string ETag);

[JsonSourceGenerationOptions(
    IgnoreReadOnlyProperties = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
)]
[JsonSerializable(typeof(OutboundTask))]
sealed partial class OutboundJson : JsonSerializerContext;
