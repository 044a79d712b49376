using Cloud.Api.Gateway;
using Cloud.Mail;
using Cloud.Store;
using Cloud.Store.Messages;
using Cloud.Store.Ports;

namespace Cloud.Listener.Imap.Fetch;

/// <summary>A message with all that a FETCH asks of it opened, so that a fault leaves no half of a response.</summary>
sealed class OpenMessage : IAsyncDisposable
{
    readonly Email email;
    readonly FetchItems items;
    readonly List<SectionContent> contents;
    Task<bool> opening = Task.FromResult(false);

    public OpenMessage(Email email, FetchItems items)
    {
        (this.email, this.items) = (email, items);
        Structure = items.NeedsIndex ? email.UnpackIndex() : null;
        Envelope = Structure?.Envelope;
        contents = new(items.Sections.Count);
        Held = items.Sections.Sum(section => SectionContent.Held(email, Structure, section));
    }

    /// <summary>Octets that it holds when it is open; others are read as they are written.</summary>
    public long Held { get; }

    public EmailId Id => email.Id;

    public ThreadId Thread => email.Thread;

    /// <summary>Null where nothing is asked that needs it.</summary>
    public MessageIndex? Structure { get; }

    /// <summary>Null without the structure.</summary>
    public Envelope? Envelope { get; private set; }

    /// <summary>The sections asked for, in their order.</summary>
    public IReadOnlyList<SectionContent> Contents => contents;

    /// <summary>A part was asked for decoded, and its encoding is not known.</summary>
    public bool HasUnknownEncoding => Contents.Contains(SectionContent.UnknownEncoding);

    public void BeginOpening(IGateway gateway, Access account, CancellationToken cancel) =>
        opening = OpenAsync(gateway, account, cancel);

    /// <returns>False when the message is gone.</returns>
    /// <exception cref="StoreException">It cannot be read.</exception>
    public Task<bool> OpenedAsync() => opening;

    async Task<bool> OpenAsync(IGateway gateway, Access account, CancellationToken cancel)
    {
        if (Structure is { Truncated: true } && items.Has(FetchAttributes.Envelope))
        {
            Envelope = await SectionContent.ReadEnvelopeAsync(gateway, account, email, Structure, cancel);
            if (Envelope is null)
                return false;
        }
        foreach (var section in items.Sections)
        {
            if (await SectionContent.OpenAsync(gateway, account, email, Structure, section, cancel) is not { } content)
                return false;
            contents.Add(content);
        }
        return true;
    }

    /// <summary>Also before it is open. A fault of the opening is of interest only to who waits for it.</summary>
    public async ValueTask DisposeAsync()
    {
        Task ended = opening;
        await ended.ConfigureAwait(
            ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext
        );
        foreach (var content in contents)
            await content.DisposeAsync();
    }
}
