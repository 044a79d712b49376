using System.Globalization;
using System.Net.Mime;
using Cloud.Api.Gateway;
using Cloud.Store;
using Cloud.Store.Directory;
using Cloud.Store.Mailboxes;
using Cloud.Store.Messages;

namespace Cloud.Api.Rest.Archive;

/// <summary><c>/users/{user}/archive</c>: all of a user's mail, as import and export move it.</summary>
static class ArchiveResource
{
    /// <summary>Octets that are read and written at a time.</summary>
    const int Chunk = 64 * 1024;

    const string Mailboxes = "/users/{user}/archive/mailboxes";
    const string Messages = Mailboxes + "/{place}/messages";

    public static readonly IReadOnlyList<Route> Routes =
    [
        Route.Get(Mailboxes, ApiScope.Admin, "List a user's mailboxes", ListAsync) with
        {
            Response = ArchiveJson.Default.PageArchiveMailbox,
            Query = [QueryParameter.After, QueryParameter.Limit],
        },
        Route.Post(Mailboxes, ApiScope.Admin, "Make a mailbox for a user, or find it", MakeAsync) with
        {
            Request = ArchiveJson.Default.NewArchiveMailbox,
            Response = ArchiveJson.Default.ArchiveMailbox,
        },
        Route.Get(Messages, ApiScope.Admin, "List a mailbox' messages, oldest first", MessagesAsync) with
        {
            Response = ArchiveJson.Default.PageArchiveMessage,
            Query = [QueryParameter.After, QueryParameter.Limit],
        },
        Route.Post(Messages, ApiScope.Admin, "Put a message into a mailbox, once", PutAsync) with
        {
            RequestType = "message/rfc822",
            Response = ArchiveJson.Default.ArchivedMessage,
            Status = 201,
            MaxBody = ArchiveMessage.MaxSize,
            Query =
            [
                new("source", "What is imported: 32 hexadecimal digits", Pattern: "^[0-9a-f]{32}$"),
                new("item", "The message in it", Pattern: "^[0-9a-z-]{1,80}$"),
                new(
                    "flags",
                    "Letters of S, A, F, T, D: seen, answered, flagged, deleted, draft",
                    Pattern: "^[SAFTD]*$"
                ),
                new("keywords", "Keywords, divided by spaces"),
                new("received", "INTERNALDATE, such as 2026-01-31T12:00:00Z"),
                new("again", "true: also where it was put in before and is gone since", Pattern: "^(true|false)$"),
            ],
        },
        Route.Get("/users/{user}/archive/messages/{octets}", ApiScope.Admin, "Read a message's octets", ReadAsync) with
        {
            ResponseType = "message/rfc822",
        },
        Route.Get(
            "/users/{user}/archive/imports/{source}",
            ApiScope.Admin,
            "List what an import has brought",
            ImportedAsync
        ) with
        {
            Response = ArchiveJson.Default.PageString,
            Query =
            [
                QueryParameter.After,
                QueryParameter.Limit,
                new("present", "true: only what is still there", Pattern: "^(true|false)$"),
            ],
        },
    ];

    static async ValueTask<ApiAnswer> ListAsync(ApiCall call, CancellationToken cancel)
    {
        var account = await AccountAsync(call, cancel);
        var page = Pages.ByName(call, await call.Rooms.Gateway.ListMailboxesAsync(account, cancel), Info);
        return ApiAnswer.Ok(page, ArchiveJson.Default.PageArchiveMailbox);
    }

    static async ValueTask<ApiAnswer> MakeAsync(ApiCall call, CancellationToken cancel)
    {
        var account = await AccountAsync(call, cancel);
        var asked = await call.ReadAsync(ArchiveJson.Default.NewArchiveMailbox, cancel);
        var role = MailboxRole.None;
        if (asked.Role is not null && !Enum.TryParse(asked.Role, ignoreCase: true, out role))
            throw new ApiException(ApiProblem.Invalid("#/role", $"There is no role {asked.Role}."));
        var all = await call.Rooms.Gateway.ListMailboxesAsync(account, cancel);
        var found =
            all.FirstOrDefault(one => one.Name == asked.Name)
            ?? all.FirstOrDefault(one => role != MailboxRole.None && one.Role == role);
        if (found is null)
        {
            var made = await call.Rooms.Gateway.CreateMailboxAsync(account, asked.Name, role, cancel);
            if (!made.IsOk)
                throw new ApiException(ApiProblem.Invalid("#/name", made.Reason));
            found = made.Value;
        }
        return ApiAnswer.Ok(Info(found), ArchiveJson.Default.ArchiveMailbox);
    }

    static async ValueTask<ApiAnswer> MessagesAsync(ApiCall call, CancellationToken cancel)
    {
        var (after, limit) = (0u, call.Limit);
        if (call.After is { } text && !uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out after))
            throw Pages.NoCursor();
        var account = await AccountAsync(call, cancel);
        var view =
            await OpenMailbox(call, account, MailboxOf(call), after, cancel)
            ?? throw new ApiException(ApiProblem.NotFound("mailbox"));
        var entries = view.Entries.Where(entry => entry.Uid > after).Take(limit + 1).ToList();
        var page = entries.Take(limit).Select(entry => Info(entry, view.Mailbox.Keywords)).ToList();
        var next = entries.Count > page.Count ? Cursor.Encode($"{page[^1].Uid}") : null;
        return ApiAnswer.Ok(new Page<ArchiveMessage>(page, next), ArchiveJson.Default.PageArchiveMessage);
    }

    /// <summary>The part of a mailbox behind a UID: as much as a page may need, and at least one entry if there are any.</summary>
    static async ValueTask<MailboxView?> OpenMailbox(
        ApiCall call,
        AccountId account,
        MailboxId mailbox,
        uint after,
        CancellationToken cancel
    )
    {
        var accounts = call.Rooms.Backend.Accounts;
        for (var (first, span) = (after + 1, 4096u); ; span *= 4)
        {
            var last = first > uint.MaxValue - span ? uint.MaxValue : first + span;
            var view = await Gateway.Operations.OpenMailbox.RunAsync(
                accounts,
                account,
                mailbox,
                false,
                first,
                last,
                cancel
            );
            if (view is null || last == uint.MaxValue || last >= view.Mailbox.UidNext)
                return view;
            if (view.Entries.Count(entry => entry.Uid > after) > call.Limit)
                return view;
        }
    }

    static async ValueTask<ApiAnswer> ReadAsync(ApiCall call, CancellationToken cancel)
    {
        var account = await AccountAsync(call, cancel);
        if (!ulong.TryParse(call["octets"], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var id))
            throw new ApiException(ApiProblem.NotFound("message"));
        var rows = await EmailReader.ReadAsync(call.Rooms.Backend.Accounts.Rows, account, [new(id)], cancel);
        if (rows is not [var row])
            throw new ApiException(ApiProblem.NotFound("message"));
        var (email, blobs) = (row.Email, call.Rooms.Backend.Accounts.Blobs);
        // Not by the gateway: an export is no client that has read the message.
        var stream =
            await blobs.OpenAsync(email.Blob, email.DeliveryFields, 0, null, cancel)
            ?? throw new ApiException(ApiProblem.NotFound("message"));
        return ApiAnswer.Streamed(200, "message/rfc822", stream, email.Size);
    }

    static async ValueTask<ApiAnswer> PutAsync(ApiCall call, CancellationToken cancel)
    {
        var account = await AccountAsync(call, cancel);
        var import = new ImportKey(call.Query("source") ?? "", call.Query("item") ?? "")
        {
            Again = call.Query("again") == "true",
        };
        if (!import.IsSound)
            throw new ApiException(ApiProblem.BadParameter("source", "source and item name the message."));
        var received = call.Time("received") ?? call.Rooms.Time.GetUtcNow();
        var keywords = (call.Query("keywords") ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var accounts = call.Rooms.Backend.Accounts;
        var transaction = TransactionId.Create(accounts.Time, accounts.Entropy);
        await using var upload = await call.Rooms.Gateway.BeginUploadAsync(transaction, cancel);
        var buffer = new byte[Chunk];
        while (await call.Request.Body.ReadAsync(buffer, cancel) is > 0 and var length)
        {
            if (upload.Size + length > ArchiveMessage.MaxSize)
                throw new ApiException(JsonBody.TooLarge(ArchiveMessage.MaxSize));
            await upload.WriteAsync(buffer.AsMemory(0, length), cancel);
        }
        var message = await upload.CompleteAsync(cancel);
        var request = new AppendRequest(
            transaction,
            account,
            MailboxOf(call),
            message,
            Flags(call.Query("flags") ?? ""),
            keywords,
            received
        )
        {
            Import = import,
        };
        var result = await call.Rooms.Gateway.AppendAsync(request, cancel);
        if (result.IsOk)
            return ApiAnswer.Json(201, new ArchivedMessage(result.Value.Uid), ArchiveJson.Default.ArchivedMessage);
        await upload.AbandonAsync(CancellationToken.None);
        throw new ApiException(
            result.Refusal switch
            {
                Refusal.NotFound => ApiProblem.NotFound("mailbox"),
                Refusal.OverQuota => ApiProblem.Of(507, "over-quota", result.Reason),
                _ => ApiProblem.Of(422, "refused", result.Reason),
            }
        );
    }

    static async ValueTask<ApiAnswer> ImportedAsync(ApiCall call, CancellationToken cancel)
    {
        await call.CheckPageAsync(cancel); // faults of what is asked come before what is not there
        var account = await AccountAsync(call, cancel);
        if (!ImportKey.IsSource(call["source"]))
            throw new ApiException(ApiProblem.NotFound("import"));
        var rows = call.Rooms.Backend.Accounts.Rows;
        var page = await call.OfAsync(
            ImportRows.Of(account, call["source"]),
            range => Store.Ports.RowsExtensions.ReadAsync(rows, Tables.Mail, range, cancel),
            row => new ValueTask<Brought?>(new Brought(ImportRows.ItemOf(row.Key), ImportRows.EmailOf(row.Data))),
            cancel
        );
        IEnumerable<Brought> items = page.Items;
        if (call.Query("present") == "true")
        {
            var asked = page.Items.Select(one => one.Email).OfType<EmailId>().ToList();
            var found = await EmailReader.ReadAsync(rows, account, asked, cancel);
            var there = found.Select(row => row.Email.Id).ToHashSet();
            items = items.Where(one => one.Email is not { } email || there.Contains(email));
        }
        var answer = new Page<string>([.. items.Select(one => one.Item)], page.Next);
        return ApiAnswer.Ok(answer, ArchiveJson.Default.PageString);
    }

    /// <param name="Email">The message that it made; null where that was not noted.</param>
    sealed record Brought(string Item, EmailId? Email);

    static async ValueTask<AccountId> AccountAsync(ApiCall call, CancellationToken cancel)
    {
        var key = await call.AddressAsync(call["user"], "user", cancel);
        var user = await call.Rooms.Backend.Directory.FindUserAsync(key, cancel);
        // Of a deleted one, too: to fetch its mail is what the time until it is gone is for.
        return user?.Account ?? throw new ApiException(ApiProblem.NotFound("user"));
    }

    static MailboxId MailboxOf(ApiCall call) =>
        uint.TryParse(call["place"], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var number)
            ? new(number)
            : throw new ApiException(ApiProblem.NotFound("mailbox"));

    static ArchiveMailbox Info(Mailbox mailbox) =>
        new(
            mailbox.Id.ToString(),
            mailbox.Name,
            mailbox.Messages,
            mailbox.Octets,
            mailbox.Role == MailboxRole.None ? null : $"{mailbox.Role}".ToLowerInvariant()
        );

    static ArchiveMessage Info(in MessageEntry entry, IReadOnlyList<string> names)
    {
        var (flags, bits) = (entry.Flags, entry.Keywords);
        return new(
            entry.Uid,
            entry.Email.ToString(),
            [.. Letters.Where(one => flags.HasFlag(one.Flag)).Select(one => $"\\{one.Flag}")],
            [.. names.Where((_, bit) => (bits >> bit & 1) != 0)],
            DateTimeOffset.FromUnixTimeSeconds(entry.Received),
            entry.Size
        );
    }

    static MessageFlags Flags(string letters) =>
        Letters
            .Where(one => letters.Contains(one.Letter, StringComparison.Ordinal))
            .Aggregate(MessageFlags.None, (flags, one) => flags | one.Flag);

    static readonly (MessageFlags Flag, char Letter)[] Letters =
    [
        (MessageFlags.Seen, 'S'),
        (MessageFlags.Answered, 'A'),
        (MessageFlags.Flagged, 'F'),
        (MessageFlags.Deleted, 'T'),
        (MessageFlags.Draft, 'D'),
    ];
}
