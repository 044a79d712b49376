namespace Cloud.Listener.Hosting.Settings;

/// <summary>Blob, queue and table service addresses of a storage account, all https.</summary>
public sealed record ServiceEndpoints(Uri Blob, Uri Queue, Uri Table);
