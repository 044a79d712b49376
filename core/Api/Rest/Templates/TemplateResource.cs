using Cloud.Api.Rest.Sends;
using Cloud.Mail;
using Cloud.Store.Ports;
using Cloud.Store.Requests;

namespace Cloud.Api.Rest.Templates;

/// <summary><c>/domains/{domain}/templates</c>: what messages are made of that differ in a few words.</summary>
static class TemplateResource
{
    /// <summary>Characters of a text: a property of a row.</summary>
    const int MaxText = 30_000;
    const int MaxSubject = 900;

    public static readonly IReadOnlyList<Route> Routes =
    [
        Route.Get("/domains/{domain}/templates", ApiScope.Admin, "List a domain's templates", ListAsync) with
        {
            Response = TemplateJson.Default.PageTemplateInfo,
            Query = [QueryParameter.After, QueryParameter.Limit],
        },
        Route.Get("/domains/{domain}/templates/{template}", ApiScope.Admin, "Show a template", ShowAsync) with
        {
            Response = TemplateJson.Default.TemplateInfo,
            HasTag = true,
        },
        Route.Put("/domains/{domain}/templates/{template}", ApiScope.Admin, "Make or replace a template", PutAsync) with
        {
            Request = TemplateJson.Default.TemplateContent,
            Response = TemplateJson.Default.TemplateInfo,
            HasTag = true,
        },
        Route.Delete("/domains/{domain}/templates/{template}", ApiScope.Admin, "Remove a template", RemoveAsync) with
        {
            HasTag = true,
        },
    ];

    /// <summary>Puts a template's texts into a message that names it.</summary>
    /// <exception cref="ApiException">422: there is no such template, or it lacks a variable.</exception>
    public static async ValueTask<NewSend> FillAsync(
        ApiCall call,
        NewSend asked,
        EmailAddress from,
        CancellationToken cancel
    )
    {
        if (asked.Text is not null || asked.Html is not null || asked.Subject is not null)
            throw new ApiException(ApiProblem.Invalid("#/template", "The template gives subject, text and html."));
        var key = ApiRows.Template(EmailAddress.CanonicalDomain(from.Domain), asked.Template!);
        var row = IsName(asked.Template!)
            ? await call.Rooms.Backend.Accounts.Rows.GetAsync(ApiRows.Table, key, cancel)
            : null;
        if (row is null)
            throw new ApiException(ApiProblem.Invalid("#/template", "There is no such template."));
        var (template, variables) = (ToInfo(row), asked.Variables ?? new Dictionary<string, string>());
        if (template.Variables.FirstOrDefault(name => !variables.ContainsKey(name)) is { } missing)
            throw new ApiException(ApiProblem.Invalid($"#/variables/{missing}", $"The template asks for {missing}."));
        return asked with
        {
            Subject = TemplateText.Fill(template.Subject, variables, isHtml: false),
            Text = template.Text is { } text ? TemplateText.Fill(text, variables, isHtml: false) : null,
            Html = template.Html is { } html ? TemplateText.Fill(html, variables, isHtml: true) : null,
        };
    }

    static async ValueTask<ApiAnswer> ListAsync(ApiCall call, CancellationToken cancel)
    {
        var domain = await DomainOfAsync(call, cancel);
        var page = await call.OfAsync(
            ApiRows.Templates(domain),
            range => call.Rooms.Backend.Accounts.Rows.ReadAsync(ApiRows.Table, range, cancel),
            row => new ValueTask<TemplateInfo?>(ToInfo(row)),
            cancel
        );
        return ApiAnswer.Ok(page, TemplateJson.Default.PageTemplateInfo);
    }

    static async ValueTask<ApiAnswer> ShowAsync(ApiCall call, CancellationToken cancel)
    {
        var row = await FindAsync(call, cancel) ?? throw new ApiException(ApiProblem.NotFound("template"));
        var tag = EntityTag.Of(row.ETag);
        return call.Has(tag)
            ? ApiAnswer.NotModified(tag)
            : ApiAnswer.Ok(ToInfo(row), TemplateJson.Default.TemplateInfo).With("ETag", tag);
    }

    static async ValueTask<ApiAnswer> PutAsync(ApiCall call, CancellationToken cancel)
    {
        var before = await FindAsync(call, cancel);
        var content = await call.ReadAsync(TemplateJson.Default.TemplateContent, cancel);
        if (!IsName(call["template"]))
            throw new ApiException(
                ApiProblem.BadParameter("template", "A name has up to 64 letters, digits, - and _.")
            );
        Check(content);
        call.Match(before is null ? null : EntityTag.Of(before.ETag));
        var data = new RowData { { "Subject", content.Subject }, { "At", call.Rooms.Time.GetUtcNow() } };
        if (content.Text is { } text)
            data.Add("Text", text);
        if (content.Html is { } html)
            data.Add("Html", html);
        var key = ApiRows.Template(await DomainOfAsync(call, cancel), call["template"]);
        var transaction = new RowTransaction(key.Partition);
        _ = before is null ? transaction.Insert(key.Row, data) : transaction.Replace(key.Row, data, before.ETag);
        var done = await call.Rooms.Backend.Accounts.Rows.CommitAsync(ApiRows.Table, transaction, cancel);
        return done.Committed
            ? ApiAnswer
                .Ok(ToInfo(new(key, data, "")), TemplateJson.Default.TemplateInfo)
                .With("ETag", EntityTag.Of(done.ETags[0]!))
            : throw new ApiException(ApiProblem.Changed);
    }

    static async ValueTask<ApiAnswer> RemoveAsync(ApiCall call, CancellationToken cancel)
    {
        var row = await FindAsync(call, cancel) ?? throw new ApiException(ApiProblem.NotFound("template"));
        call.Match(EntityTag.Of(row.ETag));
        var transaction = new RowTransaction(row.Key.Partition).Delete(row.Key.Row, row.ETag);
        var done = await call.Rooms.Backend.Accounts.Rows.CommitAsync(ApiRows.Table, transaction, cancel);
        return done.Committed ? ApiAnswer.Done() : throw new ApiException(ApiProblem.Changed);
    }

    static async ValueTask<Row?> FindAsync(ApiCall call, CancellationToken cancel)
    {
        var domain = await DomainOfAsync(call, cancel);
        return IsName(call["template"])
            ? await call.Rooms.Backend.Accounts.Rows.GetAsync(
                ApiRows.Table,
                ApiRows.Template(domain, call["template"]),
                cancel
            )
            : null;
    }

    static async ValueTask<string> DomainOfAsync(ApiCall call, CancellationToken cancel)
    {
        await call.DomainAsync(call["domain"], cancel);
        return EmailAddress.CanonicalDomain(call["domain"]);
    }

    static void Check(TemplateContent content)
    {
        if (content.Subject.Length > MaxSubject || content.Subject.Any(char.IsControl))
            throw new ApiException(ApiProblem.Invalid("#/subject", $"A line of up to {MaxSubject} characters."));
        if (content.Text is null && content.Html is null)
            throw new ApiException(ApiProblem.Invalid("#/text", "A template has text, html, or both."));
        if (content.Text?.Length > MaxText)
            throw new ApiException(ApiProblem.Invalid("#/text", $"Up to {MaxText} characters."));
        if (content.Html?.Length > MaxText)
            throw new ApiException(ApiProblem.Invalid("#/html", $"Up to {MaxText} characters."));
    }

    static bool IsName(string name) =>
        name.Length is > 0 and <= 64 && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_');

    static TemplateInfo ToInfo(Row row)
    {
        var (subject, text, html) = (
            row.Data.String("Subject") ?? "",
            row.Data.String("Text"),
            row.Data.String("Html")
        );
        return new(
            row.Key.Row[ApiRows.TemplatePrefix.Length..],
            subject,
            text,
            html,
            TemplateText.VariablesOf(subject, text, html),
            row.Data.Time("At") ?? default
        );
    }
}
