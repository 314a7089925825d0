export * from '@reconcile/core/exit';
