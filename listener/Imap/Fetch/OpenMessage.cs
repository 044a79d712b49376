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
    readonly Task<bool> opening;

    /// <summary>Begins to open it.</summary>
    public OpenMessage(Email email, FetchItems items, IGateway gateway, Access account, CancellationToken cancel)
    {
        (this.email, this.items) = (email, items);
        contents = new(items.Sections.Count);
        Weight = items.WeightOf(email.Size);
        opening = OpenAsync(gateway, account, cancel);
    }

    /// <inheritdoc cref="FetchItems.WeightOf"/>
    public long Weight { get; }

    public EmailId Id => email.Id;

    public ThreadId Thread => email.Thread;

    /// <summary>Null where nothing is asked that needs it.</summary>
    public MessageIndex? Structure { get; private set; }

    /// <summary>Null without the structure.</summary>
    public Envelope? Envelope { get; private set; }

    /// <summary>The sections asked for, in their order.</summary>
    public IReadOnlyList<SectionContent> Contents => contents;

    /// <summary>A part was asked for decoded, and its encoding is not known.</summary>
    public bool HasUnknownEncoding => Contents.Contains(SectionContent.UnknownEncoding);

    /// <returns>False when the message is gone.</returns>
    /// <exception cref="StoreException">It cannot be read.</exception>
    public Task<bool> OpenedAsync() => opening;

    /// <returns>False when the message is gone or cannot be read.</returns>
    public async ValueTask<bool> HasOpenedAsync()
    {
        Task ended = opening;
        await ended.ConfigureAwait(
            ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext
        );
        return opening.IsCompletedSuccessfully && await opening;
    }

    async Task<bool> OpenAsync(IGateway gateway, Access account, CancellationToken cancel)
    {
        Structure = items.NeedsIndex ? email.UnpackIndex() : null;
        Envelope = Structure?.Envelope;
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
        await HasOpenedAsync();
        foreach (var content in contents)
            await content.DisposeAsync();
    }
}
