using System.Text;
using System.Text.Unicode;

namespace Cloud.Wire.Sasl;

/// <summary>A mechanism's state on the server's side; lives for one exchange.</summary>
abstract class SaslMechanism
{
    /// <summary>The first challenge when there is no initial response; client-first mechanisms ask with an empty one.</summary>
    public virtual ValueTask<SaslStep> StartAsync(CancellationToken cancel) => new(SaslStep.Ask(default));

    /// <param name="response">Decoded.</param>
    public abstract ValueTask<SaslStep> RespondAsync(ReadOnlyMemory<byte> response, CancellationToken cancel);

    /// <summary>What an exchange has come to when the client ends it by its own fault or will.</summary>
    /// <remarks>Who was refused already stays refused: it must not count for less to have said <c>*</c> then.</remarks>
    public virtual SaslStatus End(SaslStatus why) => why;

    protected static readonly SaslStep Malformed = new(SaslStatus.Malformed);

    /// <returns>Null for what is empty or no UTF-8.</returns>
    protected static string? Text(ReadOnlySpan<byte> octets) =>
        octets.IsEmpty || !Utf8.IsValid(octets) ? null : Encoding.UTF8.GetString(octets);
}
