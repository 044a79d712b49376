using Cloud.Dns;
using Cloud.Trust.Arc;
using Cloud.Trust.Dkim;

namespace Cloud.Trust;

/// <summary>Verifies all that is signed in a message, DKIM and ARC, as it streams by.</summary>
/// <remarks>
/// The header is kept until it ends; keys are asked for, all at once, while the body comes in; the body is hashed once for
/// each form that any of the signatures asks for. How the octets are cut makes no difference. After
/// <see cref="CompleteAsync"/> it is spent.
/// </remarks>
public sealed class MessageVerification : IDisposable
{
    readonly StreamedMessage message;
    readonly DkimChecks dkim;
    readonly ArcCheck arc;

    /// <param name="resolver">Where keys are.</param>
    /// <param name="time">For t= and x=.</param>
    /// <param name="limits">Null for the defaults.</param>
    /// <param name="cancel">The deadline of the look-ups: what is not known by then is a temporary error. Nothing is thrown.</param>
    public MessageVerification(IResolver resolver, TimeProvider time, DkimLimits? limits, CancellationToken cancel)
    {
        limits ??= new();
        var keys = new KeyLookups(resolver, cancel);
        message = new(limits, Begin);
        dkim = new(message, keys, limits, time);
        arc = new(message, keys, limits, time);
    }

    /// <summary>Whether the header has ended: from then on <see cref="From"/> is known.</summary>
    public bool IsHeaderComplete => message.IsHeaderComplete;

    /// <summary>The values of all From fields, folded or not: what DMARC asks for.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> From { get; private set; } = [];

    public void Write(ReadOnlySpan<byte> octets) => message.Write(octets);

    /// <summary>Ends the message.</summary>
    public async ValueTask<MessageVerdicts> CompleteAsync()
    {
        message.Complete();
        return new(await dkim.CompleteAsync(), await arc.CompleteAsync());
    }

    public void Dispose() => message.Dispose();

    void Begin()
    {
        var header = message.Header;
        From = [.. header.Named("From").Select(index => (ReadOnlyMemory<byte>)header[index].Value.ToArray())];
        dkim.Begin();
        arc.Begin();
    }
}

/// <summary>What the signatures of a message came to.</summary>
/// <param name="Dkim">A result for each signature, from the top; none for a message without any.</param>
/// <param name="Arc">Of its forwarders.</param>
public sealed record MessageVerdicts(IReadOnlyList<DkimResult> Dkim, ArcVerdict Arc);
