using Cloud.Store.Ports;

namespace Cloud.Flow.Hooks;

/// <summary>Where rooms tell what happens to mail: one queue message where somebody asked for it, and nothing else.</summary>
sealed class EventFeed(HookBook book, HookQueue queue)
{
    /// <summary>Hears of an event that more ask for than can be told, and of how many: the newest of them are left out.</summary>
    public Action<MailEvent, int>? Crowded { get; set; }

    /// <summary>Reads the subscriptions, where that is due.</summary>
    /// <exception cref="StoreException">They cannot be read now.</exception>
    public async ValueTask ReadyAsync(CancellationToken cancel) => await book.CurrentAsync(cancel);

    /// <summary>Whether somebody asks for such events of a domain: then it may be worth to make one.</summary>
    /// <exception cref="StoreException">Nobody can tell now.</exception>
    public async ValueTask<bool> MayWantAsync(MailEventKind kind, string domain, CancellationToken cancel)
    {
        var set = await book.CurrentAsync(cancel);
        return set.MayWant(kind)
            && set.Hooks.Any(hook =>
                hook.IsEnabled && hook.Events.Contains(kind) && (hook.Domain is null || hook.Domain == domain)
            );
    }

    /// <summary>Tells an event to those who asked for it.</summary>
    /// <exception cref="StoreException">It may not have been told; to tell it again is told once.</exception>
    public ValueTask TellAsync(MailEvent told, CancellationToken cancel) => TellAsync([told], cancel);

    /// <summary>Tells what several domains have of one event: who asked for it hears the first that he may.</summary>
    /// <exception cref="StoreException">It may not have been told; to tell it again is told once.</exception>
    public async ValueTask TellAsync(IReadOnlyList<MailEvent> variants, CancellationToken cancel)
    {
        var heard = new HashSet<string>(StringComparer.Ordinal);
        var parts = new List<MailEvent>();
        foreach (var told in variants)
            await AddressAsync(told, heard, parts, cancel);
        // Whose mail goes when all have it has to know who all are.
        IReadOnlyList<EventVariant>? all =
            parts.Count > 1 && parts.Exists(part => part.IsTransient)
                ? [.. parts.Select(part => new EventVariant(part.Id, part.Hooks))]
                : null;
        foreach (var part in parts)
            await queue.SendAsync(new(part with { Variants = part.IsTransient ? all : null }), TimeSpan.Zero, cancel);
    }

    /// <summary>Adds the event, to those who asked for it.</summary>
    async ValueTask AddressAsync(MailEvent told, HashSet<string> heard, List<MailEvent> parts, CancellationToken cancel)
    {
        var set = await book.CurrentAsync(cancel);
        if (!set.MayWant(told.Kind))
            return;
        var tenant = set.Hooks.Any(hook => hook.Tenant is not null)
            ? await book.TenantOfAsync(told.Domain, cancel)
            : "";
        var hooks = set
            .Hooks.Where(hook => hook.Wants(told, tenant) && !heard.Contains(hook.Id))
            .OrderBy(hook => hook.IsOperators ? 0 : 1)
            .ThenBy(hook => hook.Created)
            .ToList();
        if (hooks.Count > Hook.MaxOfEvent)
        {
            Crowded?.Invoke(told, hooks.Count);
            hooks = hooks[..Hook.MaxOfEvent];
        }
        foreach (var some in hooks.GroupBy(hook => !told.BySmarthost || hook.IsOperators))
        {
            var asked = some.Select(hook => hook.Id).ToList();
            heard.UnionWith(asked);
            // What the operator's own relay said is the operator's to know.
            var part = some.Key ? told : told with { Host = null, Reply = null };
            parts.Add(part with { Hooks = asked });
        }
    }
}
