using System.Net;
using Cloud.Wire.Limits;

namespace Cloud.Flow.Hooks;

/// <summary>Posts under way in this process: who has too many waits, so that others get their turn.</summary>
/// <param name="mostOfHost">
/// To one host, whatever subscriptions lead there, and to one address, whatever hosts do: names cost nothing.
/// </param>
/// <param name="find">Where a host is, as a connection to it would find.</param>
sealed class Throng(int mostOfHost, Func<string, CancellationToken, ValueTask<IReadOnlyList<IPAddress>>> find)
{
    /// <summary>Payloads with attachments at the same time: each may take some 30 MiB of memory while it is made.</summary>
    const int MostLarge = 8;

    readonly Lock gate = new();
    readonly Dictionary<string, int> running = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>First by its name, so that a name that nobody finds soon takes no more than its share.</summary>
    /// <returns>To be left afterwards; null where there is no room.</returns>
    public async ValueTask<Place?> TryEnterAsync(Hook hook, CancellationToken cancel)
    {
        List<(string Name, int Most)> rooms = [($"hook {hook.Id}", hook.Concurrency)];
        if (Uri.TryCreate(hook.Url, UriKind.Absolute, out var url))
            rooms.Add(($"host {url.Host}", mostOfHost));
        if (hook is { Inline: > 0, Payload: HookPayload.Full })
            rooms.Add(("large", MostLarge));
        if (!TryEnter(rooms))
            return null;
        var entered = new Place([.. rooms.Select(room => room.Name)], []);
        if (url is null)
            return entered;
        try
        {
            var found = await FindAsync(url, cancel);
            List<(string Name, int Most)> more =
            [
                .. found.Select(AddressKey.Subscriber).Distinct().Select(at => ($"at {at}", mostOfHost)),
            ];
            if (TryEnter(more))
                return new([.. entered.Rooms, .. more.Select(room => room.Name)], found);
        }
        catch
        {
            Leave(entered);
            throw;
        }
        Leave(entered);
        return null;
    }

    bool TryEnter(List<(string Name, int Most)> rooms)
    {
        lock (gate)
        {
            if (rooms.Exists(room => running.GetValueOrDefault(room.Name) >= room.Most))
                return false;
            foreach (var (name, _) in rooms)
                running[name] = running.GetValueOrDefault(name) + 1;
            return true;
        }
    }

    public void Leave(Place place)
    {
        lock (gate)
        {
            foreach (var name in place.Rooms)
            {
                if (--running[name] == 0)
                    running.Remove(name);
            }
        }
    }

    /// <returns>Empty where nobody can tell: the post fails then, and says why.</returns>
    async ValueTask<IReadOnlyList<IPAddress>> FindAsync(Uri url, CancellationToken cancel)
    {
        try
        {
            return await find(url.IdnHost, cancel);
        }
        catch (Exception e) when (e is not OperationCanceledException) // Whatever it is, the post meets it as well.
        {
            return [];
        }
    }

    /// <param name="Rooms">Where it counts.</param>
    /// <param name="Addresses">Where the endpoint was found: there, and nowhere else, it is asked; empty where nobody could tell.</param>
    public sealed record Place(IReadOnlyList<string> Rooms, IReadOnlyList<IPAddress> Addresses);
}
