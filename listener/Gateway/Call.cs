using System.Diagnostics;
using System.Globalization;
using Cloud.Api.Gateway.Wire;
using Cloud.Store;
using Cloud.Store.Ports;

namespace Cloud.Listener.Gateway;

/// <summary>One try of an operation.</summary>
/// <param name="Transaction">The message it is about; null for none.</param>
/// <param name="Wait">How long its answer is waited for.</param>
sealed record Call(string Name, TransactionId? Transaction, TimeSpan Wait)
{
    string? trace;

    public string Path => WireFormat.Path + Name;

    /// <summary>What the other end is given, milliseconds.</summary>
    /// <remarks>
    /// Less than is waited, by as much as a request may be late without being taken for a repetition: so when the
    /// answer is no longer waited for, the other end is through, and nothing that comes instead meets it.
    /// </remarks>
    public long Budget
    {
        get
        {
            var given = Wait - WireLimits.Late;
            return (long)(given > Wait / 2 ? given : Wait / 2).TotalMilliseconds;
        }
    }

    /// <summary>
    /// W3C Trace Context: a message's trace is its transaction id, with zeros in front; other calls belong to the
    /// activity at hand, or to none.
    /// </summary>
    public string Trace(Entropy entropy)
    {
        if (trace is not null)
            return trace;
        if (Transaction is null && Activity.Current is { IdFormat: ActivityIdFormat.W3C, Id: { } current })
            return trace = current;
        var id = Transaction is { } message ? $"00000{message}" : Hex(entropy.Next64() | 1) + Hex(entropy.Next64());
        return trace = $"00-{id}-{Hex(entropy.Next64() | 1)}-01";
    }

    static string Hex(ulong bits) => bits.ToString("x16", CultureInfo.InvariantCulture);
}
