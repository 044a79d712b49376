using Cloud.Listener.Hosting;

namespace Cloud.Listener.Pop3;

/// <summary>The lines of a multi-line answer after its first (RFC 1939 §3), the closing dot included.</summary>
interface IPop3Body
{
    /// <summary>Writes them, flushing as it goes, so that no answer is ever held whole.</summary>
    /// <returns>False when the peer is gone.</returns>
    ValueTask<bool> WriteAsync(Connection connection, CancellationToken cancel);
}
