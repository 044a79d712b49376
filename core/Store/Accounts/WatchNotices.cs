using System.Globalization;
using System.Text;
using Cloud.Store.Ports;

namespace Cloud.Store.Accounts;

/// <summary>Tells other processes' listeners of a change, each by its queue <c>watch-{listener}</c>.</summary>
/// <remarks>
/// Who watches stands in the account row, which every change has at hand: where nobody does, this costs nothing. A
/// notice that is lost is made good by the listener's own look, now and then.
/// </remarks>
/// <param name="own">The listener of this process, which hears of it without a queue; 0 for none.</param>
sealed class WatchNotices(IQueues queues, TimeProvider time, ulong own)
{
    /// <summary>How long a change waits for its notices at most; they are not worth more.</summary>
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    public static string QueueOf(ulong listener) => $"watch-{listener:x16}";

    public async ValueTask SendAsync(AccountId account, AccountRow row)
    {
        if (row.Watchers.Count == 0)
            return;
        var now = time.GetUtcNow().ToUnixTimeSeconds();
        var notice = Encoding.ASCII.GetBytes($"{account} {row.Revision:x}");
        var watchers = row.Watchers.Where(watcher => watcher.Until > now && watcher.Listener != own);
        await Task.WhenAll(watchers.Select(watcher => SendAsync(QueueOf(watcher.Listener), notice)));
    }

    async Task SendAsync(string queue, byte[] notice)
    {
        using var patience = new CancellationTokenSource(Patience, time);
        try
        {
            await queues.SendAsync(queue, notice, TimeSpan.Zero, patience.Token);
        }
        catch (Exception e) when (e is StoreException or OperationCanceledException)
        {
            return; // the listener looks by itself
        }
    }

    /// <returns>Null when it is no notice.</returns>
    public static (AccountId Account, ulong Revision)? Parse(ReadOnlySpan<byte> notice)
    {
        var text = Encoding.ASCII.GetString(notice);
        var space = text.IndexOf(' ', StringComparison.Ordinal);
        return
            space > 0
            && ulong.TryParse(
                text.AsSpan(space + 1),
                NumberStyles.AllowHexSpecifier,
                CultureInfo.InvariantCulture,
                out var revision
            )
            ? (new(text[..space]), revision)
            : null;
    }
}
