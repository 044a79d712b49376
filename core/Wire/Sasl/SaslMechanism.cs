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

    protected static readonly SaslStep Malformed = new(SaslStatus.Malformed);

    /// <returns>Null for what is empty or no UTF-8.</returns>
    protected static string? Text(ReadOnlySpan<byte> octets) =>
        octets.IsEmpty || !Utf8.IsValid(octets) ? null : Encoding.UTF8.GetString(octets);
}
