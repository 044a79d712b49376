namespace Cloud.Flow.Hooks;

/// <summary>Posts under way in this process: who has too many waits, so that others get their turn.</summary>
/// <param name="mostOfHost">To one host, whatever subscriptions lead there.</param>
sealed class Throng(int mostOfHost)
{
    /// <summary>Payloads with attachments at the same time: each may take some 30 MiB of memory while it is made.</summary>
    const int MostLarge = 8;

    readonly Lock gate = new();
    readonly Dictionary<string, int> running = new(StringComparer.OrdinalIgnoreCase);

    /// <returns>False where there is no room: then nothing is to be left.</returns>
    public bool TryEnter(Hook hook)
    {
        var rooms = RoomsOf(hook);
        lock (gate)
        {
            if (rooms.Exists(room => running.GetValueOrDefault(room.Name) >= room.Most))
                return false;
            foreach (var (name, _) in rooms)
                running[name] = running.GetValueOrDefault(name) + 1;
            return true;
        }
    }

    /// <param name="hook">As it was when it entered.</param>
    public void Leave(Hook hook)
    {
        lock (gate)
        {
            foreach (var (name, _) in RoomsOf(hook))
            {
                if (--running[name] == 0)
                    running.Remove(name);
            }
        }
    }

    List<(string Name, int Most)> RoomsOf(Hook hook)
    {
        List<(string, int)> rooms = [($"hook {hook.Id}", hook.Concurrency)];
        if (Uri.TryCreate(hook.Url, UriKind.Absolute, out var url))
            rooms.Add(($"host {url.Host}", mostOfHost));
        if (hook is { Inline: > 0, Payload: HookPayload.Full })
            rooms.Add(("large", MostLarge));
        return rooms;
    }
}
