using Cloud.Dns;

namespace Cloud.Trust.Dkim;

/// <summary>Verifies the signatures of a message as it streams by. RFC 6376 §6.1.</summary>
/// <remarks>
/// 1. The header is kept until it ends, and its signatures are read.
/// 2. Keys are asked for, all at once, while the body comes in.
/// 3. The body is hashed in one pass, once for each form that a signature asks for.
/// 4. At the end each signature is judged.
/// How the octets are cut makes no difference. After <see cref="CompleteAsync"/> it is spent.
/// <see cref="MessageVerification"/> does the same together with ARC.
/// </remarks>
public sealed class DkimVerification : IDisposable
{
    readonly StreamedMessage message;
    readonly DkimChecks checks;

    /// <param name="resolver">Where keys are.</param>
    /// <param name="time">For t= and x=.</param>
    /// <param name="limits">Null for the defaults.</param>
    /// <param name="cancel">The deadline of the look-ups: what is not known by then is a temporary error. Nothing is thrown.</param>
    public DkimVerification(IResolver resolver, TimeProvider time, DkimLimits? limits, CancellationToken cancel)
    {
        limits ??= new();
        message = new(limits, () => checks!.Begin());
        checks = new(message, new(resolver, cancel), limits, time);
    }

    /// <summary>Whether the header has ended; the number of signatures is known then.</summary>
    public bool IsHeaderComplete => message.IsHeaderComplete;

    /// <summary>Signatures that will be evaluated.</summary>
    public int SignatureCount => checks.Count;

    public void Write(ReadOnlySpan<byte> octets) => message.Write(octets);

    /// <summary>Ends the message.</summary>
    /// <returns>A result for each signature, from the top; none for a message without any.</returns>
    public ValueTask<IReadOnlyList<DkimResult>> CompleteAsync()
    {
        message.Complete();
        return checks.CompleteAsync();
    }

    public void Dispose() => message.Dispose();
}
